using System.Text.Json;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.OpenAI;

/// <summary>Inspects a JSON answer too large to be held: it streams by in pieces, and usage, model, tier and error are kept.</summary>
/// <remarks>For one body; not thread-safe. Finish reasons are neither read nor mended, and no output tokens estimated.</remarks>
public sealed class LargeBodyInspector
{
    private static readonly string[] Wanted =
    [
        "usage", "model", "service_tier", "error", "status", "incomplete_details", "tool_usage", "meta", "x_groq", "object",
        "id", "previous_response_id", "choices", "output", "data", "results", "text", "embeddings",
    ];

    /// <summary>So many of them are small and kept; of the others only the place and the number of elements count.</summary>
    private const int Kept = 10;

    private readonly Operation _operation;
    private readonly UsageRules _rules;
    private readonly JsonMemberScanner _scanner;
    private bool _hasAnswer;
    private int _images;

    /// <summary>Begins a body.</summary>
    public LargeBodyInspector(Operation operation, UsageRules rules)
    {
        _operation = operation;
        _rules = rules;
        _scanner = new JsonMemberScanner(Kept, Wanted) { OnMember = Note };
    }

    /// <summary>True when the JSON object has been closed; a body that ends without was cut.</summary>
    public bool IsComplete => _scanner.IsComplete;

    /// <summary>
    /// Offset and length in the whole body of the <c>id</c> of a response, with its quotes, as soon as it has come by; providers
    /// send it among the first members, so it can be patched before the first piece is passed on.
    /// </summary>
    public ByteRange ResponseIdValue { get; private set; } = ByteRange.None;

    /// <summary>The same for <c>previous_response_id</c>; none when null.</summary>
    public ByteRange PreviousResponseIdValue { get; private set; } = ByteRange.None;

    /// <summary>Inspects the next piece, cut anywhere.</summary>
    public void Append(ReadOnlySpan<byte> piece) => _scanner.Append(piece);

    /// <summary>What the body said, as far as it came. Ranges are offsets in the whole body.</summary>
    public ResponseFacts Finish()
    {
        var facts = new ResponseFacts();
        var kept = _scanner.KeptObject();
        try
        {
            var reader = new Utf8JsonReader(kept);
            reader.Read();
            new ResponseReading(_operation, _rules, facts).Read(ref reader, kept);
        }
        catch (JsonException)
        {
            // A kept value was not valid JSON inside; what was read before it counts.
        }
        facts.IsJson = facts.IsObject = IsComplete;
        facts.HasAnswer |= _hasAnswer;
        facts.ResponseIdValue = ResponseIdValue;
        facts.PreviousResponseIdValue = PreviousResponseIdValue;
        facts.Edits = [];
        if (_images > 0 && _operation is Operation.ImageGenerations or Operation.ImageEdits or Operation.ImageVariations)
            facts.Usage = (facts.Usage ?? new Usage()) with { Images = _images };
        return facts;
    }

    private void Note(MemberValue value)
    {
        switch (Wanted[value.Member])
        {
            case "id":
                ResponseIdValue = IdRange(value);
                break;
            case "previous_response_id":
                PreviousResponseIdValue = IdRange(value);
                break;
            case "choices":
                _hasAnswer |= value.Elements > 0;
                break;
            case "text":
                _hasAnswer |= value.First == (byte)'"';
                break;
            case "embeddings":
                _hasAnswer |= value.First is (byte)'{' or (byte)'[';
                break;
            case "data" or "output" or "results":
                _hasAnswer |= value.First == (byte)'[';
                _images = Wanted[value.Member] == "data" ? value.Elements : _images;
                break;
            default:
                break;
        }
    }

    private ByteRange IdRange(MemberValue value)
    {
        // An id is longer than the four letters of null.
        var isId = _operation is Operation.Responses or Operation.StoredResponse && value.Length > 4 && value.Start + value.Length <= int.MaxValue;
        return isId ? new ByteRange((int)value.Start, (int)value.Length) : ByteRange.None;
    }
}
