# SPDX-License-Identifier: Apache-2.0
"""libdatatarget reads BSTRs and strings in UTF-8, UTF-16 and UTF-32."""
from lib.datatarget import BAD_MEMORY, FALSE, INVALIDARG, Target, text
from lib.harness import check, run


def test():
    target = Target()
    at = target.at
    probe = target.probe()

    def expect(want, *words, **kwargs):
        got = text(probe.data(*words, **kwargs))
        check(got == want, "%r is %r" % (words, got))
    expect("h\u00e9llo \u4e16", "bstr", at["bstr"])
    expect("gr\u00fc\u00df \U0001f600 \ufffd!", "string", at["utf8"], 1, 100)
    expect("wide \u4e16\U0001f600", "string", at["utf16"], 2, 100)
    expect("wchar \u4e16\U0001f600", "string", at["utf32"], 4, 100)
    # Cut: at a character, in one, before any.
    expect("gr", "string", at["utf8"], 1, 3, expect=FALSE)
    expect("gr\u00fc\u00df ", "string", at["utf8"], 1, 9, expect=FALSE)
    expect("wide \u4e16\ud83d", "string", at["utf16"], 2, 7, expect=FALSE)
    expect("", "string", at["utf8"], 1, 0, expect=FALSE)
    # To the last byte before unmapped memory, and over it.
    expect("e" * 4095, "string", at["end"], 1, 100000)
    expect("e" * 4095, "string", at["end"], 1, 128 << 20)
    expect("", "string", at["end"] + 4095, 1, 100000)
    expect("e" * 4095, "string", at["end"], 1, 4095, expect=FALSE)
    probe.call("string", at["end"] + 1, 2, 100000, expect=BAD_MEMORY)
    probe.call("string", 0, 1, 10, expect=BAD_MEMORY)
    probe.call("string", at["utf8"], 3, 10, expect=INVALIDARG)
    probe.call("string", at["utf8"], 1, (128 << 20) + 1, expect=INVALIDARG)
    probe.call("string", at["utf8"], 2, (64 << 20) + 1, expect=INVALIDARG)
    # What is no BSTR: a length of "eeee", none, one that ends too late.
    probe.call("bstr", at["end"] + 8, expect=INVALIDARG)
    probe.call("bstr", 3, expect=BAD_MEMORY)
    page = probe.number("alloc", 0, 0x1000, 0x3000, 4)
    probe.call("write", page, "fc0f0000")
    check(len(probe.data("bstr", page + 4)) == 0xffc, "to the last byte")
    probe.call("write", page, "fd0f0000")
    probe.call("bstr", page + 4, expect=BAD_MEMORY)
    probe.call("write", page, "00000000")
    expect("", "bstr", page + 4)
    probe.call("write", page, "03000000414200")
    check(probe.data("bstr", page + 4) == b"AB\0", "odd length")
    # Long ones.
    big = probe.number("alloc", 0, 0x300000, 0x3000, 4)
    probe.call("write", big, "fcff2f00")
    check(len(probe.data("bstr", big + 4)) == 0x2ffffc, "3 MiB")
    probe.close()


run(test)
