/*
 * recordhead - the head of a record as it lies in a file; record.h says what
 * the fields mean.  Private to lib/ckpt.
 */
#ifndef SPT_RECORDHEAD_H
#define SPT_RECORDHEAD_H

#include <stddef.h>
#include <stdint.h>

#define SPT_RECORD_MAGIC "sptR"

struct spt_rechead {
	char magic[4];
	uint32_t type;
	uint32_t length;
	uint32_t crc;
	uint64_t epoch;
	uint32_t before;
	uint32_t mark;
};

/* What mark must be in a record that lies at `at`. */
uint32_t spt_rechead_mark(const struct spt_rechead *h, uint64_t at);

#endif
