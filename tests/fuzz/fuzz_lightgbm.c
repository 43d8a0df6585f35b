/*
 * Models of LightGBM: none crashes, and what loads can be used.
 */
#include <stdlib.h>

#include "fuzzfile.h"
#include "score/lightgbm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Six columns of one row; the last is text. */
static void
use(void *self)
{
	static const double value = 0.5;
	static const int32_t offsets[] = { 0, 4 };
	static const char *const names[] = { "a", "b", "c", "d", "num",
		"city" };
	struct spt_col cols[6];
	const struct spt_batch b = { .rows = 1, .n = 6, .cols = cols };
	struct spt_schema schema;
	struct spt_scores scores;
	struct spt_err e = { 0 };

	spt_schema_init(&schema, spt_io_system());
	for (size_t k = 0; k < 6; k++) {
		const enum spt_type type = k < 5 ? SPT_FLOAT64 : SPT_UTF8;

		cols[k] = (struct spt_col){ .type = type, .bytes = "oslo" };
		if (k < 5)
			cols[k].floats = &value;
		else
			cols[k].offsets = offsets;
		if (spt_schema_add(&schema, names[k], type, &e) < 0)
			abort();
	}
	if (spt_lightgbm_format.bind(self, &schema, &e) == 0 &&
	    spt_lightgbm_format.predict(self, &b, &scores, &e) < 0)
		abort();
	spt_schema_fini(&schema);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct spt_model_conf conf = { .path = "model" };
	struct spt_model_info info;
	struct spt_err e = { 0 };
	struct fuzzfile file;
	void *self;

	fuzzfile_init(&file, data, size);
	if (spt_lightgbm_format.load(&self, &file.io, &conf, &info, &e) < 0) {
		if (e.kind == SPT_OK)
			abort();
		return 0;
	}
	use(self);
	spt_lightgbm_format.free(self);
	return 0;
}
