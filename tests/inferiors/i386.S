/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 32-bit program that needs no library: sleeps again and again, and exits
 * with the status in `go` when that is not 0.
 */
	.section .note.GNU-stack, "", @progbits
	.text
	.globl	_start
_start:
	xorl	%ebp, %ebp
again:
	movl	$162, %eax		/* nanosleep */
	movl	$pause, %ebx
	xorl	%ecx, %ecx
	int	$0x80
	.globl	slept
slept:
	movl	%eax, result
	movl	go, %ebx
	testl	%ebx, %ebx
	je	again
	movl	$1, %eax		/* exit */
	int	$0x80
	.data
	.globl	go, result
pause:	.long	0, 20000000
go:	.long	0
result:	.long	0
