using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>The tools a request offers: counted as OpenAI renders them, as a list of TypeScript functions with their comments.</summary>
internal ref partial struct RequestReading
{
    /// <summary>Counts the array of tools at the reader; true when there is any.</summary>
    /// <remarks>
    /// Names, descriptions, properties and enumerated values are rendered; titles, lists of required members and the schema's
    /// own keywords are not, or cost no more than what is added for each property.
    /// </remarks>
    private bool CountTools()
    {
        var depth = _reader.CurrentDepth;
        var isAny = false;

        // One bit for each depth at which names are those of properties; the depth is bounded by the reader.
        ulong propertyDepths = 0;
        while (_reader.Read() && _reader.CurrentDepth > depth)
        {
            isAny |= _reader.TokenType == JsonTokenType.StartObject;
            if (_reader.TokenType == JsonTokenType.String)
            {
                // Strings outside members are values of an enumeration.
                CountString();
                continue;
            }
            if (_reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if ((propertyDepths & (1UL << (_reader.CurrentDepth & 63))) != 0)
            {
                CountString();
                _tokens.Add(ModelFamily.PerProperty);
                continue;
            }

            var name = JsonText.Name(in _reader);
            var isName = name.SequenceEqual("name"u8);
            var isText = isName || name.SequenceEqual("description"u8) || name.SequenceEqual("const"u8) || name.SequenceEqual("definition"u8);
            var isProperties = name.SequenceEqual("properties"u8) || name.SequenceEqual("$defs"u8) || name.SequenceEqual("definitions"u8);
            var isSkipped = name.SequenceEqual("required"u8);
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.StartObject)
            {
                var bit = 1UL << ((_reader.CurrentDepth + 1) & 63);
                propertyDepths = isProperties ? propertyDepths | bit : propertyDepths & ~bit;
            }
            else if (_reader.TokenType == JsonTokenType.String && isText)
            {
                CountString();
                if (isName)
                    _tokens.Add(ModelFamily.PerTool);
            }
            else if (isSkipped)
            {
                _reader.Skip();
            }
        }
        return isAny;
    }
}
