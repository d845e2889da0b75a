/* SPDX-License-Identifier: Apache-2.0 */
#include "x86_types.h"

/*
 * In lines: gdb copies the description into trace files line by line, and reads
 * none there that is longer than 1,000 bytes.
 */

/* A flag of one bit. */
#define FLAG(name, bit)                                           \
	"<field name=\"" name "\" start=\"" #bit "\" end=\"" #bit \
	"\" type=\"bool\"/>"
#define VECTOR(id, type, count) \
	"<vector id=\"" id "\" type=\"" type "\" count=\"" #count "\"/>\n"
#define MEMBER(name, type) "<field name=\"" name "\" type=\"" type "\"/>"

/* All the ways in which gdb shows 128 bits. */
#define VEC128                                                              \
	VECTOR("v8bf16", "bfloat16", 8)                                     \
	VECTOR("v8h", "ieee_half", 8)                                       \
	VECTOR("v4f", "ieee_single", 4)                                     \
	VECTOR("v2d", "ieee_double", 2)                                     \
	VECTOR("v16i8", "int8", 16)                                         \
	VECTOR("v8i16", "int16", 8)                                         \
	VECTOR("v4i32", "int32", 4)                                         \
	VECTOR("v2i64", "int64", 2)                                         \
	"<union id=\"vec128\">" MEMBER("v8_bfloat16", "v8bf16")             \
	    MEMBER("v8_half", "v8h") MEMBER("v4_float", "v4f")              \
		MEMBER("v2_double", "v2d") MEMBER("v16_int8", "v16i8")      \
		    MEMBER("v8_int16", "v8i16") MEMBER("v4_int32", "v4i32") \
			MEMBER("v2_int64", "v2i64")                         \
			    MEMBER("uint128", "uint128") "</union>\n"

const char x86_types_eflags[] =
    "<flags id=\"i386_eflags\" size=\"4\">" FLAG("CF", 0) FLAG("", 1)
	FLAG("PF", 2) FLAG("AF", 4) FLAG("ZF", 6) FLAG("SF", 7) FLAG("TF", 8)
	    FLAG("IF", 9) FLAG("DF", 10) FLAG("OF", 11) FLAG("NT", 14)
		FLAG("RF", 16) FLAG("VM", 17) FLAG("AC", 18) FLAG("VIF", 19)
		    FLAG("VIP", 20) FLAG("ID", 21) "</flags>\n";

const char x86_types_sse[] =
    VEC128 "<flags id=\"i386_mxcsr\" size=\"4\">" FLAG("IE", 0) FLAG("DE", 1)
	FLAG("ZE", 2) FLAG("OE", 3) FLAG("UE", 4) FLAG("PE", 5) FLAG("DAZ", 6)
	    FLAG("IM", 7) FLAG("DM", 8) FLAG("ZM", 9) FLAG("OM", 10)
		FLAG("UM", 11) FLAG("PM", 12) FLAG("FZ", 15) "</flags>\n";

const char x86_types_avx512[] = VEC128 VECTOR("v2ui128", "uint128", 2);
