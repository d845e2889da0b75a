/* SPDX-License-Identifier: Apache-2.0 */
/* A session process becomes the user that its client stands for. */
#ifndef LISTENER_BECOME_USER_H
#define LISTENER_BECOME_USER_H

#include <sys/types.h>

/*
 * For good: groups, ids, environment, folder.  `user` may be "": then nothing
 * of this changes.  Either way no program can gain privileges any more, and
 * the user's other processes cannot look into this one.  *what: the step that
 * failed.
 */
int become_user(const char *user, uid_t uid, gid_t gid, const char **what);

#endif
