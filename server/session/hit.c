/* SPDX-License-Identifier: Apache-2.0 */
#include "hit.h"

#include <errno.h>

#include "trace.h"

int
hit_read_register(void *arg, unsigned number, uint64_t *value)
{
	const struct hit *h = arg;
	const struct register_view *view = h->view;
	uint8_t bytes[8] = { 0 };
	uint64_t v = 0;
	int err;

	if (view == NULL)
		view = session_view(h->s, h->tid);
	if (view == NULL)
		return -ESRCH;
	if (number >= view->n ||
	    view->arch->regs[view->ids[number]].size > sizeof(bytes))
		return -EINVAL;
	err =
	    target_get_register(h->s->target, h->tid, view->ids[number], bytes);
	if (err < 0)
		return err;
	for (size_t i = sizeof(bytes); i-- > 0;)
		v = v << 8 | bytes[i];
	*value = v;
	return 0;
}

int
hit_read_memory(void *arg, uint64_t addr, void *buf, size_t len)
{
	const struct hit *h = arg;
	size_t got;
	int err;

	err = target_read_memory(h->s->target, h->pid, addr, buf, len, &got);
	if (err < 0)
		return err;
	return got == len ? 0 : -EFAULT;
}

int
hit_get_variable(void *arg, unsigned number, uint64_t *value)
{
	const struct hit *h = arg;
	const struct trace_variable *v =
	    h->s->trace != NULL ? trace_variable(h->s->trace, number) : NULL;

	if (v == NULL)
		return -ENOENT;
	*value = trace_variable_value(v);
	return 0;
}

int
hit_set_variable(void *arg, unsigned number, uint64_t value)
{
	const struct hit *h = arg;
	struct trace_variable *v =
	    h->s->trace != NULL ? trace_variable(h->s->trace, number) : NULL;

	if (v == NULL)
		return -ENOENT;
	v->value = value;
	return 0;
}
