#pragma once
// libgloo is part of libtorch_cpu.so, but the wheel leaves its headers out. LibTorch's ProcessGroupGloo.hpp, which the shim
// needs for one constructor, only has to see these names; nothing here is called or laid out by us.

namespace gloo::transport {
class Device;
class UnboundBuffer;
}  // namespace gloo::transport
