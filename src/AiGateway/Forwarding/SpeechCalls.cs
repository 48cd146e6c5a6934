using System.Buffers;
using System.Buffers.Text;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.Speech;

namespace AiGateway.Forwarding;

/// <summary>One request for speech in a provider's own form: one call, whose sound passes as it comes, or is taken out of JSON.</summary>
internal sealed class SpeechCalls : FormCalls
{
    private readonly SpeechForm _form;
    private readonly SpeechCall _call;
    private readonly RequestBody _source;
    private readonly bool _wantsWav;
    private SpeechAnswer? _answer;

    /// <summary>Writes the call.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="form">The provider's form.</param>
    /// <param name="source">The caller's body.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">It cannot be said to this provider.</exception>
    public SpeechCalls(SpeechRequest request, SpeechForm form, RequestBody source, Translation translation)
    {
        _form = form;
        _source = source;
        _call = form.WriteRequest(request, translation);
        _wantsWav = _call.WavRate is not null;
        Voice = request.Voice;
        if (form.Streams && _call.WavRate is { } rate)
        {
            var header = new byte[WavHeader.Length];
            WavHeader.Write(header, rate, bytes: null);
            Head = header;
        }
    }

    public override string? Path => _call.Path;

    public override string? Voice { get; }

    public override int Count => 1;

    public override string Accept => _form.Streams ? "audio/*" : "application/json";

    public override string AnswerType => _call.ContentType;

    public override bool Passes => _form.Streams;

    public override ReadOnlyMemory<byte> Head { get; }

    public override bool KeepsBodies => true;

    public override int AnswerLength => WavHeader.Length + Base64.GetMaxDecodedFromUtf8Length(_answer!.Base64.Length);

    public override HttpContent ContentOf(int number) => new FileBodyContent(_call.Body, _source);

    public override ProviderError? Read(int number, HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        _answer = _form.ReadAnswer(body);
        return _answer.Refusal;
    }

    public override Usage? Merge()
    {
        Model = _answer!.Model;
        return _answer.Usage;
    }

    public override void Write(Usage? usage, IBufferWriter<byte> output)
    {
        var base64 = _answer!.Base64.Span;
        if (_wantsWav && _answer.Rate is { } rate)
        {
            var padding = base64.EndsWith("=="u8) ? 2 : base64.EndsWith("="u8) ? 1 : 0;
            WavHeader.Write(output.GetSpan(WavHeader.Length), rate, (base64.Length / 4 * 3) - padding);
            output.Advance(WavHeader.Length);
        }
        Base64.DecodeFromUtf8(base64, output.GetSpan(Base64.GetMaxDecodedFromUtf8Length(base64.Length)), out _, out var written);
        output.Advance(written);
    }
}
