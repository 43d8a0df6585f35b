/*
 * replay - runs a fuzz target without libFuzzer: on the files and folders
 * that are named, else on the target's own corpus.
 *
 * Each input sits in an allocation of exactly its size, so that a read past
 * the end is seen by AddressSanitizer and valgrind.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static long replayed;

static void
die(const char *path)
{
	fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	exit(1);
}

static void
replay_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = malloc(size ? size : 1);

	if (!f || !p)
		die(path);
	/* Last words if the target aborts: how to see it again. */
	printf("%s\n", path);
	fflush(stdout);
	if (fread(p, 1, size, f) != size)
		die(path);
	fclose(f);
	LLVMFuzzerTestOneInput(size ? p : NULL, size);
	free(p);
	replayed++;
}

static void
replay(const char *path)
{
	struct stat st;
	struct dirent *d;
	DIR *dir;
	char name[4096];

	if (stat(path, &st))
		die(path);
	if (!S_ISDIR(st.st_mode)) {
		replay_file(path, (size_t)st.st_size);
		return;
	}
	dir = opendir(path);
	if (!dir)
		die(path);
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, d->d_name);
		replay(name);
	}
	closedir(dir);
}

/* "…/fuzz_csv" has its corpus in $srcdir/tests/fuzz/corpus/csv. */
static void
replay_own(const char *program)
{
	const char *base = strrchr(program, '/');
	const char *srcdir = getenv("srcdir");
	char path[4096];

	base = base ? base + 1 : program;
	if (strncmp(base, "fuzz_", 5) != 0) {
		fprintf(stderr, "replay: name files or folders\n");
		exit(2);
	}
	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s",
	    srcdir ? srcdir : ".", base + 5);
	replay(path);
}

int
main(int argc, char *argv[])
{
	if (argc < 2)
		replay_own(argv[0]);
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	fprintf(stderr, "%ld inputs replayed\n", replayed);
	return replayed == 0;
}
