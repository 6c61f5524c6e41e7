#ifndef CKERNELS_IMAGE_H
#define CKERNELS_IMAGE_H
#include <stddef.h>
#include <stdint.h>
#endif
