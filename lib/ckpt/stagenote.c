/*
 * stagenote - the file `stage`: what a stage was told when its state was
 * made, so that a later run can see whether the state still means the same.
 */
#include <errno.h>
#include <fcntl.h>

#include "ckpt/durable.h"
#include "ckpt/statedir.h"

static int
get(const struct spt_io *io, const struct spt_rec *rec, const char *name,
    char **args, char **schema, struct spt_err *e)
{
	struct spt_fields f = { rec->data, rec->n, false };
	const char *a, *s;
	size_t na, ns;

	a = spt_field_bytes(&f, &na);
	s = spt_field_bytes(&f, &ns);
	if (rec->type != SPT_REC_STAGE || f.bad || f.n != 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte %llu: not what a stage writes", name,
		    (unsigned long long)rec->at);
	*args = spt_strndup(io, a, na, e);
	*schema = *args != NULL ? spt_strndup(io, s, ns, e) : NULL;
	if (*schema != NULL)
		return 1;
	spt_free(io, *args);
	*args = NULL;
	return -1;
}

int
spt_stagenote_read(const struct spt_io *io, const char *folder,
    const char *uuid, const char *id, char **args, char **schema,
    struct spt_err *e)
{
	struct spt_reader r;
	struct spt_rec rec;
	struct spt_buf path, more;
	const char *name, *s;
	int fd = -1, rc = -1;

	spt_buf_init(&path, io);
	spt_buf_init(&more, io);
	if (spt_buf_printf(&path, e, "%s/stage", folder) == 0 &&
	    (name = spt_buf_str(&path, e)) != NULL) {
		fd = spt_durable_open(io, name, O_RDONLY, 0, e);
		if (fd < 0 && e->code == ENOENT) {
			spt_err_clear(e);
			rc = 0;
		}
	}
	if (fd >= 0) {
		spt_reader_init(&r, io, fd, name, 0, 0);
		rc = spt_filehead_get(&r, "stage", uuid, &more, e);
		if (rc == 0 && (s = spt_buf_str(&more, e)) == NULL)
			rc = -1;
		if (rc == 0 && strcmp(s, id) != 0)
			rc = spt_fail(e, SPT_ECHECKPOINT,
			    "%s: is of another stage (%.100s)", name, s);
		if (rc == 0 && (rc = spt_reader_next(&r, &rec, e)) == 0)
			rc = spt_fail(e, SPT_ECHECKPOINT,
			    "%s: byte %llu: damaged: cut off", name,
			    (unsigned long long)r.at);
		if (rc > 0)
			rc = get(io, &rec, name, args, schema, e);
		spt_reader_fini(&r);
		io->close(io, fd);
	}
	spt_buf_fini(&path);
	spt_buf_fini(&more);
	return rc;
}

int
spt_stagenote_write(const struct spt_io *io, const char *folder,
    const char *uuid, const char *id, const char *args, const char *schema,
    struct spt_err *e)
{
	struct spt_buf file, payload;
	uint32_t mark;
	int rc = -1;

	spt_buf_init(&file, io);
	spt_buf_init(&payload, io);
	if (spt_field_put(&payload, args, strlen(args), e) == 0 &&
	    spt_field_put(&payload, schema, strlen(schema), e) == 0 &&
	    spt_filehead_put(&file, &mark, "stage", uuid, id, e) == 0 &&
	    spt_rec_put(&file, file.len, &mark, SPT_REC_STAGE, -1, payload.data,
		payload.len, e) == 0)
		rc = spt_durable_write(
		    io, folder, "stage", 0600, file.data, file.len, e);
	spt_buf_fini(&file);
	spt_buf_fini(&payload);
	return rc;
}
