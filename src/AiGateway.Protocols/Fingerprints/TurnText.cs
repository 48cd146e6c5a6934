using System.Runtime.InteropServices;
using System.Text.Json;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Fingerprints;

/// <summary>The text of a conversation's last user turn.</summary>
/// <param name="State">Whether there is one.</param>
/// <param name="Range">Where it stands in the body, quotes included; empty unless found.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TurnText(TurnTextState State, ByteRange Range)
{
    /// <summary>The member that holds the turns; empty where they are not looked into.</summary>
    internal static ReadOnlySpan<byte> MemberOf(Operation operation) => operation switch
    {
        Operation.ChatCompletions or Operation.Messages => "messages"u8,
        Operation.Responses => "input"u8,
        _ => default,
    };

    /// <summary>Looks for it in the value of that member (OpenAI Chat, Responses and Anthropic Messages).</summary>
    /// <param name="operation">Whose turns they are.</param>
    /// <param name="reader">At the value; a copy, so that whoever asks can go on from there.</param>
    internal static TurnText Find(Operation operation, scoped JsonScanner reader)
    {
        var isResponses = operation == Operation.Responses;
        return reader.TokenType switch
        {
            JsonTokenType.StartArray => new Search(isResponses).Run(ref reader),
            JsonTokenType.String when isResponses => Search.OneText(in reader),
            _ => new TurnText(TurnTextState.NoUserTurn, default),
        };
    }

    /// <summary>The text, unescaped; null unless found, and where it is no valid Unicode (half a surrogate pair).</summary>
    /// <param name="body">The body it was found in.</param>
    public string? Read(ReadOnlySpan<byte> body)
    {
        if (State != TurnTextState.Found)
            return null;
        var reader = new Utf8JsonReader(Range.Of(body));
        reader.Read();
        return JsonText.String(ref reader);
    }

    /// <summary>One pass over the turns; the last one counts.</summary>
    private readonly ref struct Search(bool responses)
    {
        public TurnText Run(scoped ref JsonScanner reader)
        {
            var last = new TurnText(TurnTextState.NoUserTurn, default);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                last = reader.TokenType == JsonTokenType.StartObject ? ReadTurn(ref reader) : new(TurnTextState.NoUserTurn, default);
                reader.Skip();
            }
            return last;
        }

        private TurnText ReadTurn(scoped ref JsonScanner reader)
        {
            var isUser = false;
            var isMessage = true;
            TurnText? content = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonText.Name(in reader);
                var (isRole, isContent, isType) = (name.SequenceEqual("role"u8), name.SequenceEqual("content"u8), name.SequenceEqual("type"u8));
                reader.Read();
                if (isRole)
                    isUser = JsonText.Is(in reader, "user"u8);
                if (isType)
                    isMessage = JsonText.Is(in reader, "message"u8);
                if (isContent)
                    content = content is null ? ReadContent(ref reader) : new(TurnTextState.NotOneText, default);
                else
                    reader.Skip();
            }
            return isUser && isMessage ? content ?? new(TurnTextState.NotOneText, default) : new(TurnTextState.NoUserTurn, default);
        }

        private TurnText ReadContent(scoped ref JsonScanner reader)
        {
            if (reader.TokenType == JsonTokenType.String)
                return OneText(in reader);
            var found = new TurnText(TurnTextState.NotOneText, default);
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                return found;
            }
            for (var parts = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; parts++)
            {
                if (parts == 0 && reader.TokenType == JsonTokenType.StartObject)
                {
                    found = ReadPart(ref reader);
                    continue;
                }
                found = new(TurnTextState.NotOneText, default);
                reader.Skip();
            }
            return found;
        }

        private TurnText ReadPart(scoped ref JsonScanner reader)
        {
            var isText = false;
            TurnText? text = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonText.Name(in reader);
                var (isKind, isWords) = (name.SequenceEqual("type"u8), name.SequenceEqual("text"u8));
                reader.Read();
                if (isKind)
                    isText = JsonText.Is(in reader, responses ? "input_text"u8 : "text"u8);
                if (isWords)
                    text = text is null && reader.TokenType == JsonTokenType.String ? OneText(in reader) : new(TurnTextState.NotOneText, default);
                reader.Skip();
            }
            return isText && text is { } one ? one : new(TurnTextState.NotOneText, default);
        }

        public static TurnText OneText(scoped in JsonScanner reader) =>
            reader.ValueSpan.IsEmpty ? new(TurnTextState.NotOneText, default) : new(TurnTextState.Found, JsonText.ScalarRange(in reader));
    }
}
