using System.Globalization;

namespace AiGateway.Semantics.Facts;

/// <content>Punctuation, currencies, units that are signs, symbols.</content>
internal ref partial struct FactScanner
{
    private void ReadSign(char c)
    {
        var start = _position;
        switch (c)
        {
            case '.' or '?' or '!':
                AddFunction(start, start + 1, WordRole.SentenceEnd);
                return;
            case '"':
                // The quotation itself is found later; here it only ends what a preposition governs.
                _position++;
                return;
            case '\'' or '_':
                _position++;
                return;
            case ',' or ';' or ':' or '(' or ')' or '[' or ']' or '{' or '}' or '/':
                AddFunction(start, start + 1, WordRole.Comma);
                return;
            case '&':
                AddFunction(start, start + 1, WordRole.Coordinator);
                return;
            case '-':
                ReadHyphen();
                return;
            case '$':
                AddCurrency("usd");
                return;
            case '\u20ac':
                AddCurrency("eur");
                return;
            case '\u00a3':
                AddCurrency("gbp");
                return;
            case '\u00a5':
                AddCurrency("jpy");
                return;
            case '\u20b9':
                AddCurrency("inr");
                return;
            case '%':
                AddUnit(Lexicon.PercentDimension);
                return;
            case '\u00b0':
                var letter = At(start + 1);
                if (letter is 'c' or 'f' && !IsWord(start + 2))
                {
                    AddUnit(Lexicon.Dimension(letter == 'c' ? "celsius" : "fahrenheit"));
                    _position++;
                }
                else
                    AddUnit(Lexicon.Dimension("degrees"));
                return;
        }
        var end = start + 1;
        if (char.IsHighSurrogate(_text[start]) && end < _text.Length && char.IsLowSurrogate(_text[end]))
        {
            end++;
            var category = CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(_text[start], _text[start + 1]));
            // Skin tones and tags belong to the sign before them.
            if (category is UnicodeCategory.ModifierSymbol or UnicodeCategory.Format or UnicodeCategory.NonSpacingMark)
            {
                _position = end;
                return;
            }
        }
        var key = 0x516UL;
        for (var i = start; i < end; i++)
            key = WordKey.Mix(key, _text[i]);
        if (c is '#' or '\\' or '|' or '~' or '*' or '\u2022')
            _position = end;
        else
            Add(start, end, FactTokenKind.Symbol, key);
    }

    private void ReadHyphen()
    {
        var start = _position;
        var inWord = start > 0 && IsWord(start - 1) && IsWord(start + 1);
        if (!inWord && IsDigit(start + 1) && !IsWord(start - 1))
        {
            // A sign before a number, unless a number stands before it.
            var minus = Count == 0 || _drafts[Count - 1].Kind != FactTokenKind.Number;
            _position++;
            ReadNumber();
            if (minus && _drafts[Count - 1].Kind == FactTokenKind.Number)
                _drafts[Count - 1].Value = -_drafts[Count - 1].Value;
        }
        else if (inWord)
            _position++;
        else
            AddFunction(start, start + 1, WordRole.Comma);
    }

    private void AddCurrency(string name)
    {
        AddFunction(_position, _position + 1, WordRole.Light);
        _drafts[Count - 1].Dimension = Lexicon.Dimension(name);
    }

    private void AddUnit(byte dimension)
    {
        AddFunction(_position, _position + 1, WordRole.Light);
        ref var sign = ref _drafts[Count - 1];
        if (Count > 1 && _drafts[Count - 2].Kind == FactTokenKind.Number && _drafts[Count - 2].Dimension == Lexicon.Plain)
        {
            _drafts[Count - 2].Dimension = dimension;
            _drafts[Count - 2].Length = sign.End - _drafts[Count - 2].Start;
            Count--;
        }
    }
}
