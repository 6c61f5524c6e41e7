#include "CTorchShim.h"

#ifdef LIKENESS_TRAINING
extern "C" int ts_available(void) { return 1; }
#else
extern "C" int ts_available(void) { return 0; }
#endif
