/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

/* :pid */
bool
decode_file_setfs(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_id(a, &req->file.pid) && rsp_args_at_end(a);
}

/* :hexpath,flags,mode */
bool
decode_file_open(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_hex_text(a, &req->file.path) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->file.flags) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->file.mode) && rsp_args_at_end(a);
}

/* :fd */
bool
decode_file_fd(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_id(a, &req->file.fd) && rsp_args_at_end(a);
}

/* :fd,count,offset */
bool
decode_file_pread(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_id(a, &req->file.fd) && rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->file.count) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->file.offset) && rsp_args_at_end(a);
}

/* :fd,offset,binary */
bool
decode_file_pwrite(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_id(a, &req->file.fd) && rsp_args_expect(a, ',') &&
	       rsp_args_hex_u64(a, &req->file.offset) &&
	       rsp_args_expect(a, ',') && rsp_args_unescape(a, &req->file.data);
}

/* :hextarget,hexlink: the order of symlink(2), as lldb sends it */
bool
decode_file_symlink(struct rsp_args *a, struct rsp_request *req)
{
	rsp_args_separator(a);
	return rsp_args_hex_text(a, &req->file.path) &&
	       rsp_args_expect(a, ',') &&
	       rsp_args_hex_text(a, &req->file.link) && rsp_args_at_end(a);
}
