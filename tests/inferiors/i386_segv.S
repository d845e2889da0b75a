/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 32-bit program that reads at 0x10, and exits with the address that its
 * handler is told.
 */
	.section .note.GNU-stack, "", @progbits
	.text
	.globl	_start
_start:
	movl	$174, %eax		/* rt_sigaction */
	movl	$11, %ebx
	movl	$action, %ecx
	xorl	%edx, %edx
	movl	$8, %esi
	int	$0x80
	movl	$0x10, %eax
	.globl	fault
fault:
	movl	(%eax), %eax
	hlt
handler:
	movl	8(%esp), %eax		/* siginfo */
	movl	12(%eax), %ebx		/* si_addr */
	movl	$1, %eax		/* exit */
	int	$0x80
	.data
action:	.long	handler, 4, 0, 0, 0	/* SA_SIGINFO */
