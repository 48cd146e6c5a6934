using System.Text.Json.Nodes;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Admin;

/// <summary>An entry that somebody wants to make.</summary>
/// <param name="Kind">What it is to be.</param>
/// <param name="Id">Its name; null to have one made.</param>
/// <param name="KeyHash">The hash of a key that whoever asks has made; null to have one made.</param>
/// <param name="Body">What it is to say, without both.</param>
/// <param name="Made">The idempotency key, and the request's hash; null without one. Its id is not known yet.</param>
internal sealed record EntryDraft(EntryKind Kind, string? Id, string? KeyHash, JsonObject Body, MadeEntry? Made);
