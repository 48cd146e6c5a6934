using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <content>What tells whether the same request gets the same answer.</content>
internal ref partial struct RequestReading
{
    private void ReadRepeatability(RequestMember member)
    {
        switch (member)
        {
            case RequestMember.Temperature:
                _facts.IsCold = IsZero();
                break;
            case RequestMember.Seed:
                _facts.IsSeeded = _reader.TokenType == JsonTokenType.Number;
                break;
            case RequestMember.Store:
                _facts.RefusesStore = _reader.TokenType == JsonTokenType.False;
                break;
            default:
                _facts.IsStateful |= _reader.TokenType is not (JsonTokenType.False or JsonTokenType.Null);
                break;
        }
        _reader.Skip();
    }

    // 0, 0.0, -0, 0e5: no digit but zeros before an exponent.
    private readonly bool IsZero()
    {
        if (_reader.TokenType != JsonTokenType.Number)
            return false;
        var number = _reader.ValueSpan;
        var exponent = number.IndexOfAny((byte)'e', (byte)'E');
        return (exponent < 0 ? number : number[..exponent]).IndexOfAnyInRange((byte)'1', (byte)'9') < 0;
    }
}
