using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Moderation;

/// <summary>A request to judge texts as OpenAI's callers make it, for other providers' forms.</summary>
/// <remarks>Source: <c>https://platform.openai.com/docs/api-reference/moderations</c>.</remarks>
public sealed class ModerationRequest
{
    private const int MostInputs = 256;

    /// <summary>The texts; one result each.</summary>
    public List<string> Inputs { get; } = [];

    /// <summary>Messages (<c>{"role", "content"}</c>, Mistral's <c>input</c> for conversations): one result for the conversation. Absent for texts.</summary>
    public JsonValue Conversation { get; private set; }

    /// <summary>Members that OpenAI does not know.</summary>
    public JsonMembers? Others { get; private set; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="ChatFormatException">A member is wrong, with its name.</exception>
    public static ModerationRequest Read(ReadOnlyMemory<byte> body) => JsonBody.Read(body, root =>
    {
        var request = new ModerationRequest();
        foreach (var member in root.EnumerateObject())
        {
            if (member.NameEquals("input"u8))
                request.ReadInput(member.Value);
            else if (!member.NameEquals("model"u8) && member.Value.ValueKind != JsonValueKind.Null)
                request.Others = (request.Others ?? new JsonMembers()).Add(member.Name, JsonValue.Of(member.Value));
        }
        return request.Inputs.Count > 0 || !request.Conversation.IsAbsent ? request : throw new ChatFormatException("'input' must not be empty.", "input");
    });

    private void ReadInput(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            Add(input, "input");
            return;
        }
        var list = JsonBody.WantList(input, "input");
        var first = JsonBody.First(list);
        if (JsonBody.Member(first, "role"u8).ValueKind == JsonValueKind.String)
        {
            Conversation = JsonValue.Of(list);
            return;
        }
        if (first.ValueKind == JsonValueKind.Object)
        {
            ReadParts(list);
            return;
        }
        if (list.GetArrayLength() > MostInputs)
            throw new ChatFormatException($"'input' must be at most {MostInputs} texts; there are {list.GetArrayLength()}.", "input");
        var number = 0;
        foreach (var item in list.EnumerateArray())
            Add(item, string.Create(CultureInfo.InvariantCulture, $"input[{number++}]"));
    }

    /// <summary>Parts of one input.</summary>
    private void ReadParts(JsonElement list)
    {
        var texts = new List<string>();
        var number = 0;
        foreach (var item in list.EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"input[{number++}]");
            if (JsonBody.TextOf(item, "type"u8) is "image_url")
                throw new ChatFormatException("The model behind this name judges texts and no pictures.", path);
            texts.Add(JsonBody.WantText(JsonBody.Member(item, "text"u8), path + ".text"));
        }
        Inputs.Add(string.Join('\n', texts));
    }

    private void Add(JsonElement item, string path) =>
        Inputs.Add(JsonBody.WantText(item, path) is { Length: > 0 } text ? text : throw new ChatFormatException($"'{path}' must not be empty.", path));
}
