#pragma once
// libgloo is part of libtorch_cpu.so, but the wheel leaves its headers out. LibTorch's ProcessGroupGloo.hpp, which the shim
// needs for one constructor, only has to see these names; nothing here is called or laid out by us.
#include <chrono>
#include <string>
#include <vector>

namespace gloo::rendezvous {
class Store {
  public:
    virtual ~Store();
    virtual void set(const std::string &key, const std::vector<char> &value) = 0;
    virtual std::vector<char> get(const std::string &key) = 0;
    virtual void wait(const std::vector<std::string> &keys) = 0;
    virtual void wait(const std::vector<std::string> &keys, const std::chrono::milliseconds &timeout) = 0;
};
}  // namespace gloo::rendezvous
