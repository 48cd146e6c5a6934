using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Fingerprints;

/// <summary>Makes the key of a conversation whatever dialect it came in: what an alias needs whose callers of different dialects are to share answers.</summary>
/// <remarks>
/// Left out, closed like <see cref="OmittedMembers"/> and held by a test over every property: what is left out there (model, stream, user, metadata, service tier); who reads it
/// (<see cref="ChatRequest.Source"/>, but see below) and how its dialect wraps it (<c>Item</c>, <c>Own</c>, <c>IsPlainText</c>, the ids of items around a call); marks for the
/// provider's own cache; ids and times that the gateway gives its answer. As soon as anything is in it that only its dialect knows, the dialect is part of the key.
/// </remarks>
public static class ChatFingerprinter
{
    private const byte Conversation = 3;

    /// <summary>Makes the key.</summary>
    /// <param name="context">What it covers beside the conversation; operation and form are not part of it. Its variant must not name what each dialect says in its own way.</param>
    /// <param name="request">The conversation.</param>
    /// <param name="key">The key; never that of a request in one dialect.</param>
    /// <returns>False when there is none: JSON within it is so nested and disordered that putting it into order takes too long.</returns>
    public static bool TryCompute(in FingerprintContext context, ChatRequest request, out Digest key)
    {
        var form = CanonicalForm.Rent();
        try
        {
            RequestFingerprinter.WriteContext(form, Conversation, context with { Operation = default, Form = 0 });
            var writer = new ChatFormWriter(form, request.Source);
            writer.Write(request);
            key = writer.IsOrdered ? form.Hash() : default;
            return writer.IsOrdered;
        }
        finally
        {
            form.Return();
        }
    }
}
