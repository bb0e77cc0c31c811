"""Load for a GPU, with nothing but the CUDA driver: a kernel in PTX, which the driver compiles.

`python cuda_load.py burn SECONDS` multiplies and adds; `python cuda_load.py fault` writes where
it must not, which costs this process its context (XID 31) and nobody else anything.
"""

import ctypes
import sys
import time
from typing import Any

PTX = b"""
.version 6.0
.target sm_50
.address_size 64
.visible .entry burn(.param .u64 out, .param .u32 rounds)
{
    .reg .pred %p1;
    .reg .b32 %r<8>;
    .reg .f32 %f<10>;
    .reg .b64 %rd<4>;
    ld.param.u64 %rd1, [out];
    ld.param.u32 %r1, [rounds];
    mov.u32 %r2, %ctaid.x;
    mov.u32 %r3, %ntid.x;
    mov.u32 %r4, %tid.x;
    mad.lo.u32 %r5, %r2, %r3, %r4;
    cvt.rn.f32.u32 %f1, %r5;
    mov.f32 %f2, 0f3F7FFFFE;
    mov.f32 %f3, 0f3A83126F;
    mov.f32 %f4, %f1;
    mov.f32 %f5, %f1;
    mov.f32 %f6, %f1;
    mov.u32 %r6, 0;
LOOP:
    fma.rn.f32 %f1, %f1, %f2, %f3;
    fma.rn.f32 %f4, %f4, %f2, %f3;
    fma.rn.f32 %f5, %f5, %f2, %f3;
    fma.rn.f32 %f6, %f6, %f2, %f3;
    add.u32 %r6, %r6, 1;
    setp.lt.u32 %p1, %r6, %r1;
    @%p1 bra LOOP;
    add.f32 %f1, %f1, %f4;
    add.f32 %f5, %f5, %f6;
    add.f32 %f1, %f1, %f5;
    mul.wide.u32 %rd2, %r5, 4;
    add.u64 %rd3, %rd1, %rd2;
    st.global.f32 [%rd3], %f1;
    ret;
}
\0"""
_BLOCKS, _THREADS = 2048, 256
_HELD = 512 * 2**20
_ROUNDS = 200_000
_NOWHERE = 0x10


class Cuda:
    """The CUDA driver with one context on GPU 0."""

    def __init__(self) -> None:
        """Load it, and the kernel; raises OSError without a driver."""
        self._driver = ctypes.CDLL("libcuda.so.1")
        context, module, self._kernel = (ctypes.c_void_p() for _ in range(3))
        device = ctypes.c_int()
        self._done("cuInit", 0)
        self._done("cuDeviceGet", ctypes.byref(device), 0)
        self._done("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self._done("cuCtxSetCurrent", context)
        self._done("cuModuleLoadData", ctypes.byref(module), PTX)
        self._done("cuModuleGetFunction", ctypes.byref(self._kernel), module, b"burn")
        self.memory = ctypes.c_uint64()
        self._done("cuMemAlloc_v2", ctypes.byref(self.memory), ctypes.c_size_t(_HELD))

    def run(self, to: int, rounds: int) -> None:
        """Run the kernel, and wait for it."""
        out, count = ctypes.c_uint64(to), ctypes.c_uint32(rounds)
        arguments = (ctypes.c_void_p * 2)(
            ctypes.cast(ctypes.pointer(out), ctypes.c_void_p),
            ctypes.cast(ctypes.pointer(count), ctypes.c_void_p),
        )
        size = (_BLOCKS, 1, 1, _THREADS, 1, 1)
        self._done("cuLaunchKernel", self._kernel, *size, 0, None, arguments, None)
        self._done("cuCtxSynchronize")

    def _done(self, function: str, *arguments: Any) -> None:  # noqa: ANN401 - as C takes it
        code = getattr(self._driver, function)(*arguments)
        if code:
            raise OSError(code, f"{function} failed with CUDA error {code}")


def main() -> int:
    """Burn for some seconds, or fault once."""
    cuda = Cuda()
    if sys.argv[1] == "fault":
        try:
            cuda.run(_NOWHERE, 1)
        except OSError as error:
            sys.stdout.write(f"{error}\n")
            return 0
        return 1
    until = time.monotonic() + float(sys.argv[2])
    while time.monotonic() < until:
        cuda.run(cuda.memory.value, _ROUNDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
