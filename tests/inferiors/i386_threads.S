/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 32-bit program that needs no library: two threads that call `work` again
 * and again; or, with arguments, the program that they name.
 */
	.section .note.GNU-stack, "", @progbits
	.text
	.globl	_start
_start:
	movl	$27, %eax		/* alarm */
	movl	$60, %ebx
	int	$0x80
	cmpl	$2, (%esp)
	jl	two
	movl	$11, %eax		/* execve */
	movl	8(%esp), %ebx
	leal	8(%esp), %ecx
	xorl	%edx, %edx
	int	$0x80
	movl	$1, %eax		/* exit */
	movl	$98, %ebx
	int	$0x80
two:
	movl	$120, %eax		/* clone: a thread */
	movl	$0x50f00, %ebx
	movl	$stack_end, %ecx
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	int	$0x80
	testl	%eax, %eax
	movl	$0, %ebp
	jne	again
	incl	%ebp
again:
	call	work
	movl	$162, %eax		/* nanosleep */
	movl	$pause, %ebx
	xorl	%ecx, %ecx
	int	$0x80
	jmp	again
	.globl	work
	.type	work, @function
work:
	incl	counters(, %ebp, 4)
	.globl	counted
counted:
	ret
	.data
	.globl	counters
	.type	counters, @object
	.size	counters, 8
counters:
	.long	0, 0
pause:	.long	0, 2000000
	.bss
	.skip	4096
stack_end:
	.skip	16
