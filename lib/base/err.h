/*
 * err - the one way a function of this library fails.
 *
 * A function returns -1 and fills the caller's struct spt_err, passed last.
 * The kind is the exit status of the program.  The first failure wins: a
 * caller that passes one on may only add a better "where" in front.
 */
#ifndef SPT_ERR_H
#define SPT_ERR_H

#include <stdarg.h>

#if defined(__GNUC__)
#define SPT_MUST __attribute__((warn_unused_result))
#define SPT_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define SPT_MUST
#define SPT_PRINTF(f, a)
#endif

enum spt_kind {
	SPT_OK = 0,
	SPT_EDATA = 1,       /* the input is bad */
	SPT_EUSAGE = 2,      /* the command line is bad */
	SPT_ESYSTEM = 3,     /* input, output, memory */
	SPT_ECHECKPOINT = 4, /* the checkpoint refuses this run */
	SPT_EUPSTREAM = 5,   /* the stage above died */
};

struct spt_err {
	enum spt_kind kind;
	int code; /* errno, or 0 */
	char msg[2048];
};

/* Both return -1.  A struct that already holds a failure is left as it is.
 * Control characters in the message are made visible ("\x1b"). */
int spt_fail(struct spt_err *e, enum spt_kind kind, const char *fmt, ...)
    SPT_PRINTF(3, 4);
/* The same for a system call: kind SPT_ESYSTEM, ": strerror(code)" appended. */
int spt_fail_errno(struct spt_err *e, int code, const char *fmt, ...)
    SPT_PRINTF(3, 4);
int spt_fail_v(struct spt_err *e, enum spt_kind kind, const char *fmt,
    va_list ap) SPT_PRINTF(3, 0);

/* Puts "where: " in front of the message of a failure.  Returns -1. */
int spt_err_where(struct spt_err *e, const char *fmt, ...) SPT_PRINTF(2, 3);

void spt_err_clear(struct spt_err *e);

#endif
