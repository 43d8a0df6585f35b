/*
 * library - a shared library that is found when somebody needs it, so that
 * nobody else pays for it at the start.
 */
#ifndef SPT_LIBRARY_H
#define SPT_LIBRARY_H

#include "base/err.h"

/* need: "models in JSON need Jansson (Debian: libjansson4)".  -1: SPT_ESYSTEM
 * with that and the reason; *library is NULL then. */
SPT_MUST int spt_library_open(
    void **library, const char *file, const char *need, struct spt_err *e);
/* Stores the function of that name in the function pointer at `pointer`. */
SPT_MUST int spt_library_find(void *library, const char *file,
    const char *symbol, void *pointer, struct spt_err *e);
/* NULL is fine. */
void spt_library_close(void *library);

#endif
