#include "CTorchShim.h"

#ifndef LIKENESS_TRAINING
int ts_available(void) { return 0; }
#else

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/version.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

// `scripts/bootstrap` puts the first header (an empty one) on the path of a LibTorch that has CUDA's libraries; the others
// belong to CUDA and NCCL. Without one of them processes talk over gloo, whatever device they compute on.
#if __has_include(<likeness_cuda.h>) && __has_include(<cuda_runtime_api.h>) && __has_include(<nccl.h>)
#define LIKENESS_NCCL 1
#ifndef USE_C10D_NCCL
#define USE_C10D_NCCL
#endif
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#else
#define LIKENESS_NCCL 0
#endif

struct ts_tensor {
    at::Tensor value;
};
struct ts_operator {
    c10::OperatorHandle handle;
};
struct ts_group {
    c10::intrusive_ptr<c10d::Backend> backend;
    int rank, size;
};

namespace {

thread_local std::string last_error;
std::atomic<int64_t> live_tensors{0};

std::atomic<int64_t> nanoseconds_inside{0};

/// Adds the time of a scope to the clock of this library.
struct Stopwatch {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    ~Stopwatch() {
        auto passed = std::chrono::steady_clock::now() - start;
        nanoseconds_inside.fetch_add(
            std::chrono::duration_cast<std::chrono::nanoseconds>(passed).count(), std::memory_order_relaxed);
    }
};

/// Every entry point runs its body here: no exception leaves the shim.
template <class Body>
int guarded(Body body) noexcept {
    Stopwatch stopwatch;
    try {
        body();
        return 0;
    } catch (const c10::Error &error) {
        last_error = error.what_without_backtrace();
    } catch (const std::exception &error) {
        last_error = error.what();
    } catch (...) {
        last_error = "LibTorch threw something unknown";
    }
    return 1;
}

ts_tensor *handle(at::Tensor value) {
    auto *out = new ts_tensor{std::move(value)};
    live_tensors.fetch_add(1, std::memory_order_relaxed);
    return out;
}

at::Device device(int index) {
    return index < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

c10::IValue value(const ts_argument &argument) {
    switch (argument.kind) {
    case ts_none: return {};
    case ts_integer: return argument.integer;
    case ts_real: return argument.real;
    case ts_truth: return argument.integer != 0;
    case ts_one: return argument.tensor->value;
    case ts_integers: {
        c10::List<int64_t> list;
        for (int i = 0; i < argument.count; i++) list.push_back(argument.integers[i]);
        return list;
    }
    case ts_many: {
        c10::List<at::Tensor> list;
        for (int i = 0; i < argument.count; i++) list.push_back(argument.tensors[i]->value);
        return list;
    }
    }
    TORCH_CHECK(false, "an argument of unknown kind ", argument.kind);
}

/// `Tensor?[]` (indices of `index`) is another list type than `Tensor[]`.
c10::IValue fitted(c10::IValue given, const c10::Argument &wanted) {
    if (!given.isTensorList()) return given;
    auto list = wanted.type()->cast<c10::ListType>();
    if (!list || list->getElementType()->kind() != c10::TypeKind::OptionalType) return given;
    c10::List<std::optional<at::Tensor>> out;
    for (const at::Tensor &tensor : given.toTensorList()) out.push_back(tensor);
    return out;
}

/// Which device is used, every tensor of a call says itself.
c10::intrusive_ptr<c10d::Backend> over_nccl(
    [[maybe_unused]] const c10::intrusive_ptr<c10d::Store> &store, [[maybe_unused]] int rank,
    [[maybe_unused]] int size, [[maybe_unused]] std::chrono::milliseconds limit) {
#if LIKENESS_NCCL
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = limit;
    return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
#else
    TORCH_CHECK(false, "this build has no NCCL");
#endif
}

at::Generator generator(int index) { return at::globalContext().defaultGenerator(device(index)); }

}  // namespace

int ts_available(void) { return 1; }

const char *ts_error(void) { return last_error.c_str(); }

const char *ts_configuration(void) {
    static const std::string text = [] {
        std::ostringstream out;
        out << "LibTorch " << TORCH_VERSION << (at::hasMKL() ? ", MKL" : "") << (at::hasMKLDNN() ? ", oneDNN" : "")
            << (at::hasOpenMP() ? ", OpenMP" : "") << (at::hasCUDA() ? ", CUDA" : "");
        return out.str();
    }();
    return text.c_str();
}

int ts_set_threads(int count) {
    return guarded([&] {
        if (count > 0) at::set_num_threads(count);
    });
}

int ts_cuda_devices(void) {
    int found = 0;
    guarded([&] { found = at::hasCUDA() ? static_cast<int>(at::getNumGPUs()) : 0; });
    return found;
}

int ts_has_nccl(void) { return LIKENESS_NCCL; }

int64_t ts_nanoseconds_inside(void) { return nanoseconds_inside.load(); }
int64_t ts_live_tensors(void) { return live_tensors.load(std::memory_order_relaxed); }

int ts_find_operator(const char *name, const char *overload, const ts_operator **found) {
    return guarded([&] {
        auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
        *found = new ts_operator{handle};
    });
}

int ts_call(
    const ts_operator *operation, const ts_argument *arguments, int count, ts_tensor **results, int capacity,
    int *result_count) {
    return guarded([&] {
        const auto &schema = operation->handle.schema().arguments();
        TORCH_CHECK(count <= static_cast<int>(schema.size()), "too many arguments");
        torch::jit::Stack stack;
        stack.reserve(schema.size());
        for (int i = 0; i < count; i++) stack.push_back(fitted(value(arguments[i]), schema[i]));
        for (size_t i = count; i < schema.size(); i++) {
            TORCH_CHECK(schema[i].default_value(), "the argument '", schema[i].name(), "' is missing");
            stack.push_back(*schema[i].default_value());
        }
        operation->handle.callBoxed(&stack);
        std::vector<at::Tensor> out;
        for (auto &item : stack) {
            if (item.isTensorList()) {
                for (at::Tensor tensor : item.toTensorList()) out.push_back(std::move(tensor));
            } else if (item.isTensor()) {
                out.push_back(std::move(item).toTensor());
            }
        }
        TORCH_CHECK(static_cast<int>(out.size()) <= capacity, "too many results");
        for (size_t i = 0; i < out.size(); i++) results[i] = handle(std::move(out[i]));
        *result_count = static_cast<int>(out.size());
    });
}

int ts_tensor_create(
    const void *data, int64_t bytes, int32_t element, const int64_t *shape, int32_t dimensions, ts_tensor **out) {
    return guarded([&] {
        auto tensor = at::empty(at::IntArrayRef(shape, dimensions), static_cast<at::ScalarType>(element));
        TORCH_CHECK(static_cast<int64_t>(tensor.nbytes()) == bytes, bytes, " bytes do not fill the shape");
        if (bytes > 0) std::memcpy(tensor.data_ptr(), data, bytes);
        *out = handle(std::move(tensor));
    });
}

int ts_tensor_share(const ts_tensor *tensor, ts_tensor **out) {
    return guarded([&] { *out = handle(tensor->value); });
}

void ts_tensor_free(ts_tensor *tensor) {
    if (!tensor) return;
    live_tensors.fetch_sub(1, std::memory_order_relaxed);
    guarded([&] { delete tensor; });
}

int32_t ts_tensor_dimensions(const ts_tensor *tensor) { return static_cast<int32_t>(tensor->value.dim()); }
int64_t ts_tensor_extent(const ts_tensor *tensor, int32_t dimension) { return tensor->value.sizes()[dimension]; }
int32_t ts_tensor_element(const ts_tensor *tensor) { return static_cast<int32_t>(tensor->value.scalar_type()); }
int ts_tensor_device(const ts_tensor *tensor) {
    return tensor->value.is_cuda() ? std::max<int>(0, tensor->value.device().index()) : -1;
}

int ts_tensor_read(const ts_tensor *tensor, void *destination, int64_t bytes) {
    return guarded([&] {
        auto local = tensor->value.detach().cpu().contiguous();
        TORCH_CHECK(static_cast<int64_t>(local.nbytes()) == bytes, "the tensor has ", local.nbytes(), " bytes");
        if (bytes > 0) std::memcpy(destination, local.data_ptr(), bytes);
    });
}

int ts_tensor_to_device(const ts_tensor *tensor, int index, ts_tensor **out) {
    return guarded([&] { *out = handle(tensor->value.to(device(index))); });
}

int ts_tensor_set_requires_grad(ts_tensor *tensor, int required) {
    return guarded([&] { tensor->value.requires_grad_(required != 0); });
}

int ts_tensor_requires_grad(const ts_tensor *tensor) { return tensor->value.requires_grad() ? 1 : 0; }

int ts_tensor_grad(const ts_tensor *tensor, ts_tensor **out) {
    return guarded([&] {
        const auto &gradient = tensor->value.grad();
        *out = gradient.defined() ? handle(gradient) : nullptr;
    });
}

int ts_tensor_set_grad(ts_tensor *tensor, const ts_tensor *gradient) {
    return guarded([&] { tensor->value.mutable_grad() = gradient ? gradient->value : at::Tensor(); });
}

int ts_backward(const ts_tensor *output, const ts_tensor *seed) {
    return guarded([&] {
        std::vector<at::Tensor> seeds;
        if (seed) seeds.push_back(seed->value);
        torch::autograd::backward({output->value}, seeds);
    });
}

int ts_gradients(const ts_tensor *output, const ts_tensor *const *inputs, int count, ts_tensor **out) {
    return guarded([&] {
        std::vector<at::Tensor> list;
        for (int i = 0; i < count; i++) list.push_back(inputs[i]->value);
        auto gradients = torch::autograd::grad({output->value}, list, {}, std::nullopt, false, true);
        for (int i = 0; i < count; i++) out[i] = gradients[i].defined() ? handle(gradients[i]) : nullptr;
    });
}

int ts_set_grad_mode(int enabled) {
    int was = at::GradMode::is_enabled() ? 1 : 0;
    at::GradMode::set_enabled(enabled != 0);
    return was;
}

int ts_set_autocast(int cuda, int enabled, int32_t element) {
    return guarded([&] {
        auto kind = cuda ? at::kCUDA : at::kCPU;
        at::autocast::set_autocast_enabled(kind, enabled != 0);
        if (enabled) at::autocast::set_autocast_dtype(kind, static_cast<at::ScalarType>(element));
        at::autocast::clear_cache();
    });
}

int ts_seed(uint64_t seed) {
    return guarded([&] { at::manual_seed(seed); });
}

int ts_generator_state(int index, ts_tensor **out) {
    return guarded([&] {
        auto source = generator(index);
        std::lock_guard<std::mutex> lock(source.mutex());
        *out = handle(source.get_state());
    });
}

int ts_set_generator_state(int index, const ts_tensor *state) {
    return guarded([&] {
        auto target = generator(index);
        std::lock_guard<std::mutex> lock(target.mutex());
        target.set_state(state->value);
    });
}

int ts_group_create(
    const char *file, const char *host, int rank, int size, double seconds, int nccl_device, ts_group **out) {
    return guarded([&] {
        auto limit = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
        auto store = c10::make_intrusive<c10d::FileStore>(file, size);
        store->setTimeout(limit);
        if (nccl_device >= 0) {
            *out = new ts_group{over_nccl(store, rank, size, limit), rank, size};
            return;
        }
        auto options = c10d::ProcessGroupGloo::Options::create(limit);
        options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(host));
        *out = new ts_group{c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options), rank, size};
    });
}

void ts_group_free(ts_group *group) {
    guarded([&] { delete group; });
}

int ts_group_all_reduce(ts_group *group, ts_tensor *tensor, int operation) {
    return guarded([&] {
        c10d::AllreduceOptions options;
        options.reduceOp = operation == ts_maximum ? c10d::ReduceOp::MAX : c10d::ReduceOp::SUM;
        std::vector<at::Tensor> tensors{tensor->value.detach()};
        TORCH_CHECK(tensors[0].is_contiguous(), "only contiguous tensors can be reduced");
        group->backend->allreduce(tensors, options)->wait();
    });
}

int ts_group_broadcast(ts_group *group, ts_tensor *tensor, int root) {
    return guarded([&] {
        c10d::BroadcastOptions options;
        options.rootRank = root;
        std::vector<at::Tensor> tensors{tensor->value.detach()};
        TORCH_CHECK(tensors[0].is_contiguous(), "only contiguous tensors can be broadcast");
        group->backend->broadcast(tensors, options)->wait();
    });
}

int ts_group_all_gather(ts_group *group, const ts_tensor *tensor, ts_tensor **out) {
    return guarded([&] {
        std::vector<at::Tensor> inputs{tensor->value.detach().contiguous()};
        std::vector<std::vector<at::Tensor>> outputs(1);
        for (int i = 0; i < group->size; i++) outputs[0].push_back(at::empty_like(inputs[0]));
        group->backend->allgather(outputs, inputs, {})->wait();
        for (int i = 0; i < group->size; i++) out[i] = handle(outputs[0][i]);
    });
}

#endif
