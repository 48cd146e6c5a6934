using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Ids of calls, which Anthropic takes only when they match <c>^[a-zA-Z0-9_-]+$</c>; other providers' (<c>functions.f:0</c>) reach it through callers who change providers.</summary>
internal static class AnthropicIds
{
    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>The id with <c>_</c> for what is not taken: the same for a call and its result.</summary>
    public static string Clean(string id)
    {
        if (!id.AsSpan().ContainsAnyExcept(Characters))
            return id;
        return string.Create(id.Length, id, static (span, id) =>
        {
            for (var i = 0; i < id.Length; i++)
                span[i] = Characters.Contains(id[i]) ? id[i] : '_';
        });
    }

    /// <summary>The part with a clean id; the part itself when it has one, or none.</summary>
    public static ChatPart Clean(ChatPart part)
    {
        switch (part)
        {
            case ToolCallPart call when call.Id.AsSpan().ContainsAnyExcept(Characters):
                return new ToolCallPart { Id = Clean(call.Id), Name = call.Name, Arguments = call.Arguments, IsCustom = call.IsCustom, CacheMark = call.CacheMark, Own = call.Own, Extensions = call.Extensions };
            case ToolResultPart result when result.CallId.AsSpan().ContainsAnyExcept(Characters):
                var clean = new ToolResultPart { CallId = Clean(result.CallId), Json = result.Json, IsError = result.IsError, IsPlainText = result.IsPlainText, CacheMark = result.CacheMark, Own = result.Own, Extensions = result.Extensions };
                clean.Content.AddRange(result.Content);
                return clean;
            default:
                return part;
        }
    }
}
