using System.Buffers;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.Rerank;

namespace AiGateway.Forwarding;

/// <summary>One request to order documents in a provider's own form. Always one call: scores of several are not comparable.</summary>
internal sealed class RerankCalls : FormCalls
{
    // Amazon bills a query for each 100 documents begun, and reports nothing: https://aws.amazon.com/bedrock/pricing/
    private const int DocumentsOfUnit = 100;

    private readonly RerankCodec _provider;
    private readonly RerankRequest _request;
    private readonly ReadOnlyMemory<byte> _body;
    private RerankAnswer? _answer;

    /// <summary>Writes the call.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="provider">The provider's form.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">The provider takes fewer documents.</exception>
    public RerankCalls(RerankRequest request, RerankCodec provider, Translation translation)
    {
        if (request.Documents.Count > provider.MostDocuments)
        {
            throw new ChatFormatException($"'documents' must be at most {provider.MostDocuments}, which is what the model's provider takes; there are {request.Documents.Count}.", "documents");
        }
        _request = request;
        _provider = provider;
        var body = new ArrayBufferWriter<byte>();
        provider.WriteRequest(request, translation, body);
        _body = body.WrittenMemory;
    }

    public override string? Path => _provider.Form == RerankForm.BedrockInvoke ? "model/{model}/invoke" : null;

    public override int Count => 1;

    public override HttpContent ContentOf(int number) => Translations.Json(_body);

    public override ProviderError? Read(int number, HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        _answer = _provider.ReadAnswer(body);
        return null;
    }

    public override Usage? Merge()
    {
        Model = _answer!.Model.Length > 0 ? _answer.Model : null;
        return _answer.Usage
            ?? (_provider.Form == RerankForm.BedrockInvoke ? new Usage { SearchUnits = (_request.Documents.Count + DocumentsOfUnit - 1) / DocumentsOfUnit, Estimated = true } : null);
    }

    public override void Write(Usage? usage, IBufferWriter<byte> output)
    {
        _answer!.Usage = usage;
        RerankCodec.Of(_request.Source).WriteAnswer(_answer, _request, output);
    }
}
