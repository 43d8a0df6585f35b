/*
 * modelfiles - the files that a saved model consists of: its one file, or all
 * files below its directory in the order of their names.  Names that begin
 * with a dot (checksums that Hadoop writes, temporary files) do not count.
 */
#ifndef SPT_SCORE_MODELFILES_H
#define SPT_SCORE_MODELFILES_H

#include "ckpt/keep.h"
#include "score/model.h"

/* The fingerprint: a hash of the lengths and contents of the files.
 * SPT_ESYSTEM: something cannot be read; SPT_EDATA: more files or deeper
 * folders than a model has. */
SPT_MUST int spt_modelfiles_id(const struct spt_io *io, const char *path,
    char id[SPT_MODEL_ID], struct spt_err *e);

/* Copies them durably into files/ of the checkpoint, unless they are there:
 * *kept (the caller's) is the path of the copy, *name its name below files/,
 * which belongs into the state (the caller's too). */
SPT_MUST int spt_modelfiles_keep(const struct spt_ckpt *c, const char *path,
    char **name, char **kept, struct spt_err *e);
/* The path of what an earlier run kept under that name, whose content is
 * verified.  SPT_ECHECKPOINT: gone or damaged. */
SPT_MUST int spt_modelfiles_find(
    const struct spt_ckpt *c, const char *name, char **kept, struct spt_err *e);

#endif
