namespace AiGateway.Admission;

/// <summary>Where it is kept what webhooks were told, with the end of the period in which that holds.</summary>
internal interface IWebhookMarkStore
{
    /// <summary>All that is kept.</summary>
    /// <exception cref="IOException">It cannot be read, or is damaged.</exception>
    Dictionary<WebhookMark, DateTimeOffset> Load();

    /// <summary>Replaces all that is kept, wholly or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    void Save(IReadOnlyDictionary<WebhookMark, DateTimeOffset> marks);
}
