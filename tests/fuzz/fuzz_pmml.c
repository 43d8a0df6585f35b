/*
 * Models in PMML.
 */
#include "fuzzmodel.h"
#include "score/pmml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzzmodel_try(&spt_pmml_format, data, size);
	return 0;
}
