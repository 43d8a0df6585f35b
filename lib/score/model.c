/*
 * model - finds out what wrote a model, and has it loaded.
 *
 * Every format is asked for its name in the first bytes; nothing is guessed
 * from file names.  The fingerprint is taken before the model is read and once
 * more behind it: a model that changes meanwhile is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "score/lightgbm.h"
#include "score/modelfiles.h"
#include "score/own.h"
#include "score/pmml.h"
#include "score/spark.h"
#include "score/xgboost.h"

#define HEAD 4096

const struct spt_model_format *const spt_model_formats[] = {
	&spt_own_format,
	&spt_spark_format,
	&spt_xgboost_format,
	&spt_lightgbm_format,
	&spt_pmml_format,
	NULL,
};

/* The first bytes; of a directory *n is 0 and folder is set. */
static int
read_head(const struct spt_io *io, const char *path, char *head, size_t *n,
    bool *folder, struct spt_err *e)
{
	struct stat st;
	size_t got;
	int fd, rc = 1;

	*n = 0;
	if (io->stat(io, path, &st) < 0)
		return spt_fail_errno(e, errno, "%s", path);
	*folder = S_ISDIR(st.st_mode);
	if (*folder)
		return 0;
	if (!S_ISREG(st.st_mode))
		return spt_fail(e, SPT_EUSAGE,
		    "%s: a model is a file or a directory", path);
	fd = io->open(io, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return spt_fail_errno(e, errno, "%s", path);
	while (rc > 0 && *n < HEAD) {
		rc = spt_io_read(io, fd, head + *n, HEAD - *n, &got, path, e);
		*n += rc > 0 ? got : 0;
	}
	io->close(io, fd);
	return rc < 0 ? -1 : 0;
}

static int
refuse(const char *path, bool folder, size_t n, struct spt_err *e)
{
	struct spt_buf names;
	int rc;

	if (!folder && n == 0)
		return spt_fail(e, SPT_EDATA,
		    "%s: is empty, and a model was expected", path);
	spt_buf_init(&names, spt_io_system());
	for (size_t i = 0; spt_model_formats[i] != NULL; i++)
		if (spt_buf_printf(&names, e, "%s%s", i != 0 ? ", " : "",
			spt_model_formats[i]->name) < 0)
			break;
	rc = spt_fail(e, SPT_EDATA,
	    "%s: not a model that sscore knows (it reads models of: %.*s)",
	    path, (int)names.len, (const char *)names.data);
	spt_buf_fini(&names);
	return rc;
}

static int
load(struct spt_model *m, const struct spt_io *io,
    const struct spt_model_conf *conf, struct spt_err *e)
{
	char again[SPT_MODEL_ID];

	if (spt_modelfiles_id(io, conf->path, m->id, e) < 0 ||
	    m->format->load(&m->self, io, conf, &m->info, e) < 0)
		return -1;
	if (spt_modelfiles_id(io, conf->path, again, e) == 0 &&
	    strcmp(again, m->id) == 0)
		return 0;
	spt_model_close(m);
	return spt_fail(e, SPT_EDATA,
	    "%s: was changed while it was read; try again", conf->path);
}

int
spt_model_open(struct spt_model *m, const struct spt_io *io,
    const struct spt_model_conf *conf, struct spt_err *e)
{
	char *head = spt_alloc(io, HEAD, e);
	bool folder = false;
	size_t n;
	int rc;

	memset(m, 0, sizeof *m);
	if (head == NULL)
		return -1;
	rc = read_head(io, conf->path, head, &n, &folder, e);
	for (size_t i = 0; rc == 0 && spt_model_formats[i] != NULL; i++)
		if (spt_model_formats[i]->looks(
			io, conf->path, folder ? NULL : head, n)) {
			m->format = spt_model_formats[i];
			break;
		}
	spt_free(io, head);
	if (rc < 0)
		return -1;
	if (m->format == NULL)
		return refuse(conf->path, folder, n, e);
	return load(m, io, conf, e);
}

void
spt_model_close(struct spt_model *m)
{
	if (m->format != NULL)
		m->format->free(m->self);
	m->self = NULL;
	m->format = NULL;
}
