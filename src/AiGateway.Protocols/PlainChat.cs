using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols;

/// <summary>What dialects have in common that say no more than one answer of text and calls.</summary>
internal static class PlainChat
{
    /// <summary>Names the members of another dialect's request that these have no place for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="translation">Takes the names.</param>
    /// <param name="provider">Who does not know them.</param>
    public static void DropRest(ChatRequest request, Translation translation, string provider)
    {
        var unknown = $"not known to {provider}";
        if (request.Candidates > 1)
            translation.Drop("n", "one answer a call");
        if (request.Verbosity is not null)
            translation.Drop("verbosity", unknown);
        if (request.Modalities is { Count: > 0 } modalities && modalities.Exists(static modality => modality != "text"))
            translation.Drop("modalities", "answers are text");
        if (request.User is not null)
            translation.Drop("user", unknown);
        if (request.ServiceTier is not null)
            translation.Drop("service_tier", unknown);
        if (!request.Metadata.IsAbsent)
            translation.Drop("metadata", unknown);
        if (request.Store == true)
            translation.Drop("store", unknown);
        if (request.PreviousResponseId is not null)
            translation.Drop("previous_response_id", unknown);
        translation.DropAll(request.Extensions);
    }
}
