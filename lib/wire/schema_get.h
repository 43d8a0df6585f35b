/*
 * schema_get - the schema message of a stream, and the form in which each
 * column will arrive.
 */
#ifndef SPT_SCHEMA_GET_H
#define SPT_SCHEMA_GET_H

#include "batch/schema.h"
#include "wire/frame_get.h"

/* How the values of a column lie in the message: as a batch has them, or to
 * be widened. */
enum spt__form {
	SPT__AS_IS = 0,
	SPT__INT8,
	SPT__INT16,
	SPT__INT32,
	SPT__UINT8,
	SPT__UINT16,
	SPT__UINT32,
	SPT__FLOAT32,
	SPT__DATE32, /* days */
	SPT__SECONDS,
	SPT__MILLISECONDS,
	SPT__NANOSECONDS,
	SPT__LARGE_UTF8, /* 64-bit offsets */
	SPT__UTF8_VIEW,  /* 16-byte views into several buffers */
};

/* Fills an initialised, empty schema.  *forms: one a column, for spt_free. */
SPT_MUST int spt__schema_get(struct spt_schema *s, enum spt__form **forms,
    struct spt__message *m, struct spt_err *e);

#endif
