// edition: ECMA-402

// feature: Intl
// not supported: no tables of languages are in the guest; locale methods work as without them
same(new Intl.NumberFormat("de-DE").format(1234.5), "1.234,5");
// instead:
same([typeof Intl, (1234.5).toLocaleString("de-DE"), typeof new Date(0).toLocaleDateString("de"), [1234.5].toLocaleString()],
  ["undefined", "1234.5", "string", "1234.5"]);

// feature: String.prototype.localeCompare with locales
// not supported: strings are compared by their code points
same(["ä", "z", "a"].sort((a, b) => a.localeCompare(b, "de")), ["a", "ä", "z"]);
// instead:
same(["b".localeCompare("a"), "a".localeCompare("a"), "a".localeCompare("b"), "e\u0301".localeCompare("\u00e9")], [1, 0, -1, 0]);

// feature: Case mapping by locale
// not supported: the locale is not looked at
same("i".toLocaleUpperCase("tr"), "İ");
// instead:
same(["i".toLocaleUpperCase("tr"), "I".toLocaleLowerCase("tr")], ["I", "i"]);
