using System.Buffers;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.Transcription;

namespace AiGateway.Forwarding;

/// <summary>One request for a transcript in a provider's own form.</summary>
internal sealed class TranscriptionCalls : FormCalls
{
    private readonly TranscriptionForm _form;
    private readonly TranscriptionRequest _request;
    private readonly RequestBody _source;
    private readonly FormBody _body;
    private Transcript? _transcript;

    /// <summary>Writes the call.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="form">The provider's form.</param>
    /// <param name="source">The caller's body, which holds the sound.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">It cannot be said to this provider.</exception>
    public TranscriptionCalls(TranscriptionRequest request, TranscriptionForm form, RequestBody source, Translation translation)
    {
        _form = form;
        _request = request;
        _source = source;
        _body = form.WriteRequest(request, translation);
        Path = form.PathOf(request);
    }

    public override string? Path { get; }

    public override int Count => 1;

    public override string AnswerType => TranscriptWriter.TypeOf(_request.Format);

    public override HttpContent ContentOf(int number) => new FileBodyContent(_body, _source);

    public override ProviderError? Read(int number, HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        _transcript = _form.ReadAnswer(body);
        if (_transcript.Refusal is null && _request.WantsTimes && _transcript is { Words.Count: 0, Text.Length: > 0 })
        {
            throw new ChatFormatException("The answer has no times.");
        }
        return _transcript.Refusal;
    }

    public override Usage? Merge()
    {
        Model = _transcript!.Model;
        return _transcript.Usage;
    }

    public override void Write(Usage? usage, IBufferWriter<byte> output) => TranscriptWriter.Write(_transcript!, _request, usage, output);
}
