"""Many points in few numbers: pure arithmetic, and the queries that let a server do it.

What is asked of the server and what is worked out here rest on the same definitions. A number is a
point that is not NaN. `first`, `last`, `min` and `max` are of all numbers; `mean`, `p95`, trend and
spread are of the finite ones. Points are those of the window's grid, each the newest sample at that
moment as a range query gives it.
"""
