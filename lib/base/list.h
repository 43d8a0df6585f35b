/*
 * list - comma-separated names, as options write them.
 */
#ifndef SPT_LIST_H
#define SPT_LIST_H

#include "base/io.h"

struct spt_list {
	const struct spt_io *io;
	char **v; /* n names, blanks around them taken off */
	size_t n, cap;
};

/* text NULL or empty: an empty list.  SPT_EUSAGE: an empty or doubled name. */
SPT_MUST int spt_list_parse(struct spt_list *l, const struct spt_io *io,
    const char *text, struct spt_err *e);
void spt_list_fini(struct spt_list *l);
bool spt_list_has(const struct spt_list *l, const char *name);

#endif
