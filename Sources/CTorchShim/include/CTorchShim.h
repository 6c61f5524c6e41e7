#ifndef CTORCHSHIM_H
#define CTORCHSHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The C face of LibTorch: tensors as opaque handles, every operation of ATen by its name through one call.
///
/// Functions return 0, or 1 with a sentence in `ts_error` (of this thread). No C++ exception leaves. Without the package
/// trait `Training` only `ts_available` exists.

/// 1 when the package was built with the trait `Training`, else 0.
int ts_available(void);

/// One reference to a tensor; given back with `ts_tensor_free`.
typedef struct ts_tensor ts_tensor;
/// An operation of ATen; never freed.
typedef struct ts_operator ts_operator;
/// Processes that work together over gloo or NCCL.
typedef struct ts_group ts_group;

/// What an argument is. Types of elements travel as `ts_integer` with LibTorch's own number.
enum { ts_none, ts_integer, ts_real, ts_truth, ts_one, ts_integers, ts_many };

/// One argument of an operation. Only the fields of its kind are read; arrays are borrowed for the call.
typedef struct ts_argument {
    int32_t kind;
    int32_t count;
    int64_t integer;
    double real;
    const ts_tensor *tensor;
    const int64_t *integers;
    const ts_tensor *const *tensors;
} ts_argument;

/// Why the last call of this thread failed.
const char *ts_error(void);
/// Version and build of LibTorch.
const char *ts_configuration(void);
/// Threads of one operation. 0 leaves LibTorch's own choice.
int ts_set_threads(int count);
/// CUDA devices that can be used: 0 for a LibTorch without CUDA, and on a machine without one.
int ts_cuda_devices(void);
/// 1 when processes can talk over NCCL.
int ts_has_nccl(void);
/// Handles that have not been given back.
int64_t ts_live_tensors(void);
/// Nanoseconds that all threads together have spent in the functions below, since the process began.
int64_t ts_nanoseconds_inside(void);

/// Finds `aten::name` with an overload ("" for the plain one).
int ts_find_operator(const char *name, const char *overload, const ts_operator **found);
/// Runs an operation; missing last arguments take the defaults of its schema. `results` holds `capacity` handles, of
/// which `*count` are filled. A list of tensors is returned as that many results.
int ts_call(
    const ts_operator *operation, const ts_argument *arguments, int count, ts_tensor **results, int capacity,
    int *result_count);

/// A copy of `bytes` bytes as a tensor on the CPU.
int ts_tensor_create(
    const void *data, int64_t bytes, int32_t element, const int64_t *shape, int32_t dimensions, ts_tensor **out);
/// A second handle to the same tensor.
int ts_tensor_share(const ts_tensor *tensor, ts_tensor **out);
void ts_tensor_free(ts_tensor *tensor);
int32_t ts_tensor_dimensions(const ts_tensor *tensor);
int64_t ts_tensor_extent(const ts_tensor *tensor, int32_t dimension);
int32_t ts_tensor_element(const ts_tensor *tensor);
/// −1 on the CPU, 0… the CUDA device.
int ts_tensor_device(const ts_tensor *tensor);
/// Copies all elements, in row-major order, to memory of exactly `bytes` bytes.
int ts_tensor_read(const ts_tensor *tensor, void *destination, int64_t bytes);
/// `index` −1 is the CPU, 0… a CUDA device. The same handle when it is there already.
int ts_tensor_to_device(const ts_tensor *tensor, int index, ts_tensor **out);

int ts_tensor_set_requires_grad(ts_tensor *tensor, int required);
int ts_tensor_requires_grad(const ts_tensor *tensor);
/// The gradient collected so far; `*out` is NULL when there is none.
int ts_tensor_grad(const ts_tensor *tensor, ts_tensor **out);
/// Replaces the gradient; NULL drops it.
int ts_tensor_set_grad(ts_tensor *tensor, const ts_tensor *gradient);
/// Collects gradients into the leaves; `seed` may be NULL for a scalar.
int ts_backward(const ts_tensor *output, const ts_tensor *seed);
/// The gradients of a scalar with respect to `inputs`, collected nowhere; NULL where an input takes no part.
int ts_gradients(const ts_tensor *output, const ts_tensor *const *inputs, int count, ts_tensor **out);
/// Whether operations of this thread are recorded; returns what it was.
int ts_set_grad_mode(int enabled);

/// Mixed precision of this thread for the CPU (`cuda` 0) or CUDA (1): operations that allow it run in `element`.
int ts_set_autocast(int cuda, int enabled, int32_t element);

int ts_seed(uint64_t seed);
/// The state of the generator of the CPU (index −1) or of a CUDA device.
int ts_generator_state(int index, ts_tensor **out);
int ts_set_generator_state(int index, const ts_tensor *state);

/// Joins `size` processes that meet through `file` (new, or left by processes of this very run) and then talk over
/// sockets of the address `host`, or, with an `nccl_device` of 0 or more, over NCCL: their tensors are then on that CUDA
/// device, another one for each. Waits for the others, at most `seconds`, here and in every later call.
int ts_group_create(
    const char *file, const char *host, int rank, int size, double seconds, int nccl_device, ts_group **out);
void ts_group_free(ts_group *group);
enum { ts_sum, ts_maximum };
/// In place: every process ends with the sum or the maximum.
int ts_group_all_reduce(ts_group *group, ts_tensor *tensor, int operation);
/// In place: every process ends with the values of process `root`.
int ts_group_broadcast(ts_group *group, ts_tensor *tensor, int root);
/// `out` holds as many handles as processes: their tensors (of one shape) in the order of the processes.
int ts_group_all_gather(ts_group *group, const ts_tensor *tensor, ts_tensor **out);

#ifdef __cplusplus
}
#endif
#endif
