/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocates memory in a live process through rspd, writes a greeting there and
 * reads it back; shows the threads with their stacks.
 *
 *	allocate HOST PORT [CA CERT KEY]	plain, or TLS with these files
 *	allocate unix PATH
 *
 *	cc allocate.c $(pkg-config --cflags --libs datatarget) -o allocate
 */
#include <datatarget.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static HRESULT
connect_to(int argc, char **argv, struct datatarget **target)
{
	char error[256] = "";
	struct datatarget_options options = { .timeout_ms = 10000,
					      .error = error,
					      .error_size = sizeof(error) };
	struct datatarget_tls tls = { 0 };
	HRESULT hr;

	if (strcmp(argv[1], "unix") == 0) {
		hr = datatarget_connect_unix(argv[2], &options, target);
	} else if (argc == 6) {
		tls.ca_file = argv[3];
		tls.cert_file = argv[4];
		tls.key_file = argv[5];
		hr = datatarget_connect_tls(argv[1], argv[2], &tls, &options,
					    target);
	} else {
		hr = datatarget_connect_tcp(argv[1], argv[2], &options, target);
	}
	if (datatarget_failed(hr))
		fprintf(stderr, "connecting: %s (%08" PRIx32 ")\n", error,
			(uint32_t)hr);
	return hr;
}

static int
report(const struct datatarget *target, const char *what, HRESULT hr)
{
	fprintf(stderr, "%s: %s (%08" PRIx32 ")\n", what,
		datatarget_error(target), (uint32_t)hr);
	return 1;
}

static int
allocate(struct datatarget *target)
{
	static const char text[] = "hello from the debugger";
	char back[sizeof(text)];
	uint64_t address;
	HRESULT hr;

	hr = datatarget_allocate_virtual_memory(
	    target, 0, 0x10000, DATATARGET_MEM_RESERVE | DATATARGET_MEM_COMMIT,
	    DATATARGET_PAGE_READWRITE, &address);
	if (datatarget_failed(hr))
		return report(target, "allocating", hr);
	printf("allocated 0x%" PRIx64 "\n", address);
	hr = datatarget_write_memory(target, address, text, sizeof(text));
	if (datatarget_failed(hr))
		return report(target, "writing", hr);
	hr = datatarget_read_memory(target, address, DATATARGET_READ_WHOLE,
				    back, sizeof(back), NULL);
	if (datatarget_failed(hr))
		return report(target, "reading", hr);
	printf("read back: %s\n", back);
	hr = datatarget_free_virtual_memory(target, address, 0,
					    DATATARGET_MEM_RELEASE);
	if (datatarget_failed(hr))
		return report(target, "freeing", hr);
	printf("freed\n");
	return 0;
}

static int
show_stack(struct datatarget *target, DWORD thread)
{
	struct datatarget_frames *frames;
	struct datatarget_frame frame;
	int n = 0;
	HRESULT hr;

	hr = datatarget_create_stack_frame_enumerator(target, thread, &frames);
	if (datatarget_failed(hr))
		return report(target, "stack", hr);
	printf("thread %" PRIu32 "\n", thread);
	while (datatarget_frames_next(frames, 1, &frame, NULL) == DATATARGET_OK)
		printf("  #%-2d 0x%016" PRIx64 " frame 0x%" PRIx64 "\n", n++,
		       frame.InstructionOffset, frame.FrameOffset);
	datatarget_frames_free(frames);
	return 0;
}

int
main(int argc, char **argv)
{
	struct datatarget *target;
	DWORD threads[64], count = 0, i;
	int status;
	HRESULT hr;

	if (argc != 3 && argc != 6) {
		fprintf(stderr,
			"Usage: %s HOST PORT [CA CERT KEY] | unix PATH\n",
			argv[0]);
		return 2;
	}
	if (datatarget_failed(connect_to(argc, argv, &target)))
		return 1;
	printf("process %" PRIu32 "\n", datatarget_process(target));
	status = allocate(target);
	hr = datatarget_threads(target, threads, 64, &count);
	if (datatarget_failed(hr))
		status = report(target, "threads", hr);
	for (i = 0; i < count && status == 0; i++)
		status = show_stack(target, threads[i]);
	datatarget_close(target);
	return status;
}
