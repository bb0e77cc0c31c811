"""The Helm domain: releases and charts, planned, proven and reversible."""
