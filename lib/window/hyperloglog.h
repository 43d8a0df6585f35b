/*
 * hyperloglog - how many different values (Flajolet, Fusy, Gandouet and
 * Meunier, HyperLogLog: the analysis of a near-optimal cardinality estimation
 * algorithm, 2007; the estimator is the improved raw one of Otmar Ertl, New
 * cardinality estimation algorithms for HyperLogLog sketches, 2017).
 *
 * Up to SPT_HLL_SPARSE different hashes are kept as they are, and counted
 * exactly.  From then on there are 2^14 registers: the first 14 bits of a hash
 * choose one, which keeps the greatest rank seen, 1 + the zeros at the head of
 * the other 50 bits (51 if they are all zero).  The standard error is
 * 1.04 / sqrt(2^14) = 0.81 %.  Both forms are functions of the set of hashes:
 * neither the order of values nor the way of merging can show.
 */
#ifndef SPT_HYPERLOGLOG_H
#define SPT_HYPERLOGLOG_H

#include "base/buf.h"

#define SPT_HLL_BITS 14
#define SPT_HLL_REGISTERS (1u << SPT_HLL_BITS)
#define SPT_HLL_RANKS (64 - SPT_HLL_BITS + 1) /* the greatest */
#define SPT_HLL_SPARSE 1000

struct spt_hll {
	uint64_t *hash;  /* a table of cap slots, 0: free; or NULL */
	uint8_t *rank;   /* SPT_HLL_REGISTERS, where dense; else NULL */
	uint32_t n, cap; /* hashes in the table; cap is a power of two */
};                       /* all zero is the empty set */

void spt_hll_fini(struct spt_hll *s, const struct spt_io *io);
SPT_MUST int spt_hll_add(struct spt_hll *s, const struct spt_io *io,
    uint64_t hash, struct spt_err *e);
SPT_MUST int spt_hll_merge(struct spt_hll *s, const struct spt_io *io,
    const struct spt_hll *from, struct spt_err *e);
/* How many different hashes, rounded. */
int64_t spt_hll_count(const struct spt_hll *s);
size_t spt_hll_bytes(const struct spt_hll *s);

/*
 * Format: a byte 0, how many hashes (4 bytes), and the hashes, rising (8 bytes
 * each); or a byte 1 and the registers, 6 bits each, the first in the low bits
 * of the first byte (12,288 bytes).  Least byte first.  The hash 0 is kept as
 * 1.
 */
SPT_MUST int spt_hll_save(
    const struct spt_hll *s, struct spt_buf *out, struct spt_err *e);
/* s is all zero.  -1 without *e: malformed. */
SPT_MUST int spt_hll_load(struct spt_hll *s, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e);

#endif
