/*
 * target - what an operand of swrite names: standard output, a file, a
 * directory, a table of a database; and in which format rows go there.
 */
#ifndef SPT_TARGET_H
#define SPT_TARGET_H

#include "egress/egress.h"

#define SPT_FORMAT_ARROW "arrow"

enum spt_target_kind {
	SPT_TARGET_STDOUT = 1,
	SPT_TARGET_FILE,
	SPT_TARGET_DIR,
	SPT_TARGET_SQLITE,
};

struct spt_target {
	const struct spt_io *io;
	enum spt_target_kind kind;
	const char *name;   /* as the user wrote it; "-" */
	const char *format; /* of spt_encoder_formats, SPT_FORMAT_ARROW, or
			       NULL: rows */
	bool gzip;
	char *file, *table; /* of sqlite:FILE?table=T */
	char ending[16];    /* of the parts of a directory */
};

/* name NULL or "-": standard output.  name and conf are kept by pointer.
 * SPT_EUSAGE: what was asked for does not go together.  A zeroed struct is
 * fine for fini. */
SPT_MUST int spt_target_init(struct spt_target *t, const struct spt_io *io,
    const struct spt_egress_conf *conf, const char *name, struct spt_err *e);
void spt_target_fini(struct spt_target *t);
/* Two of the same: two connections of one program to a database would wait for
 * each other. */
bool spt_target_same(const struct spt_target *a, const struct spt_target *b);
/* What can only be told when the mode is known. */
SPT_MUST int spt_target_mode(const struct spt_target *t,
    const struct spt_egress_conf *conf, bool complete, struct spt_err *e);

#endif
