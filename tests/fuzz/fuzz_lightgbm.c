/*
 * Models of LightGBM.
 */
#include "fuzzmodel.h"
#include "score/lightgbm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzzmodel_try(&spt_lightgbm_format, data, size);
	return 0;
}
