/*
 * Models of XGBoost.
 */
#include "fuzzmodel.h"
#include "score/xgboost.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzzmodel_try(&spt_xgboost_format, data, size);
	return 0;
}
