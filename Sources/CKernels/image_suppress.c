#include "CKernels.h"

static float area(float width, float height) { return width > 0 && height > 0 ? width * height : 0; }

void ck_suppress(const float *left, const float *top, const float *right, const float *bottom, size_t n, float limit,
                 int smaller, uint8_t *dropped) {
    for (size_t i = 0; i < n; i++) dropped[i] = 0;
    for (size_t i = 0; i < n; i++) {
        if (dropped[i]) continue;
        float l = left[i], t = top[i], r = right[i], b = bottom[i], own = area(r - l, b - t);
        // No branch: the loop is vectorised.
        for (size_t j = i + 1; j < n; j++) {
            float w = (r < right[j] ? r : right[j]) - (l > left[j] ? l : left[j]);
            float h = (b < bottom[j] ? b : bottom[j]) - (t > top[j] ? t : top[j]);
            float common = area(w, h), other = area(right[j] - left[j], bottom[j] - top[j]);
            float whole = smaller ? (own < other ? own : other) : own + other - common;
            dropped[j] |= common > limit * whole;
        }
    }
}
