# SPDX-License-Identifier: Apache-2.0
# What makes a hole harder to use, on by default in every build without
# sanitizers; lint.hardened looks at the result.
target_compile_options(rspd_flags INTERFACE -Wformat-security -fstack-protector-strong)
target_link_options(rspd_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
foreach(flag -fstack-clash-protection -fcf-protection)
	string(MAKE_C_IDENTIFIER "HAVE${flag}" have)
	check_c_compiler_flag(${flag} ${have})
	if(${have})
		target_compile_options(rspd_flags INTERFACE ${flag})
	endif()
endforeach()
# Fortify needs optimization.  What distributions set is replaced.
target_compile_options(rspd_flags INTERFACE
	$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>)

# The same sources give the same binary wherever they lie.
foreach(folder ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
	target_compile_options(rspd_flags INTERFACE
		-ffile-prefix-map=${folder}=.)
endforeach()
