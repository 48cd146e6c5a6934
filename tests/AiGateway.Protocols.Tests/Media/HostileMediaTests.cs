using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Images;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.Moderation;
using AiGateway.Protocols.Speech;
using AiGateway.Protocols.Tests.Fuzzing;
using AiGateway.Protocols.Transcription;

namespace AiGateway.Protocols.Tests.Media;

/// <summary>Pins that no request and no answer makes a form throw anything but the declared error, write what is no JSON, or point outside what it was given.</summary>
public sealed class HostileMediaTests
{
    private const int Rounds = 4000;

    private static readonly byte[][] Requests = Utf8(
        """{"model":"m","prompt":"a cat \u00e9","n":3,"size":"1536x1024","quality":"high","response_format":"url","output_format":"jpeg","output_compression":50,"background":"transparent","style":"vivid","user":"u","seed":7}""",
        """{"model":"m","prompt":"a hat","images":[{"image_url":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA="}],"mask":{"image_url":"data:image/jpeg;base64,/9j/AAAA"},"n":"2"}""",
        """{"model":"m","input":"hello \ud83d\ude00","voice":{"id":"Kore"},"response_format":"wav","speed":1.5,"instructions":"Say it:","voice_settings":{"a":1},"stream_format":"audio"}""",
        """{"model":"m","input":["one","two",""],"x":1}""",
        """{"model":"m","input":[{"type":"text","text":"one"},{"type":"image_url","image_url":{"url":"u"}}]}""",
        """{"model":"m","input":[{"role":"user","content":"one"}]}""");

    private static readonly byte[][] Answers = Utf8(
        """{"candidates":[{"content":{"parts":[{"text":"t","thought":true},{"inlineData":{"mimeType":"image/png","data":"iVBORw0K"}},{"inlineData":{"mimeType":"audio/L16;codec=pcm;rate=24000","data":"AQI="}}]},"finishReason":"STOP","finishMessage":"m"}],"promptFeedback":{"blockReason":"SAFETY"},"modelVersion":"v","usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":2}]}}""",
        """{"candidates":[{"content":{"parts":[{"text":"only words"}]},"finishReason":"NO_IMAGE"}]}""",
        """{"predictions":[{"mimeType":"image/png","bytesBase64Encoded":"iVBORw0K","prompt":"p"},{"raiFilteredReason":"r"}]}""",
        """{"images":["iVBO\/w0K"],"error":"e","seeds":[1],"finish_reasons":[null,"Filter reason: prompt"]}""",
        """{"model":"m","data":[{"b64_json":"iVBORw0K","revised_prompt":"r"},{"url":"https://x/y"}],"created":5}""",
        """{"metadata":{"duration":3.5},"results":{"channels":[{"detected_language":"en","alternatives":[{"transcript":"a b","words":[{"word":"a","start":0.1,"end":1e300,"punctuated_word":"A."}]}]}]}}""",
        """{"language_code":"eng","text":"a b","audio_duration_secs":2,"words":[{"text":"a","start":0,"end":1,"type":"word"},{"text":" ","type":"spacing"}]}""",
        """{"id":"i","model":"m","usage":{"prompt_tokens":3},"results":[{"categories":{"sexual":false,"violence_and_threats":true},"category_scores":{"sexual":0.1,"violence_and_threats":1e400}}]}""",
        """{"blocklistsMatch":[{"blocklistName":"b"}],"categoriesAnalysis":[{"category":"Hate","severity":2},{"category":"SelfHarm","severity":-1}]}""");

    [Fact]
    public void Requests_AreWrittenAsJsonOrRefused()
    {
        var mutator = new Mutator(21);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = mutator.Mutate(Requests[mutator.Next(Requests.Length)]);
            foreach (var isEdit in (bool[])[false, true])
            {
                foreach (var form in MediaForms.Images)
                    Writes(bytes, body => form.WriteRequest(ImagesRequestReader.Read(body, isEdit), 1, new Translation { Model = "m" }));
            }
            foreach (var form in MediaForms.Speech)
                Writes(bytes, body => form.WriteRequest(SpeechRequest.Read(body), new Translation { Model = "m" }).Body);
            foreach (var form in MediaForms.Moderation)
            {
                Writes(bytes, body =>
                {
                    var request = ModerationRequest.Read(body);
                    return form.WriteRequest(request, 0, Math.Min(1, request.Inputs.Count), new Translation { Model = "m" });
                });
            }
        }
    }

    [Fact]
    public void Answers_AreReadOrRefused()
    {
        var mutator = new Mutator(22);
        var sound = TranscriptionTests.FormWith(("response_format", "verbose_json"), ("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment"));
        var asked = TranscriptionRequest.Read(sound, intoEnglish: false);
        var subtitles = TranscriptionRequest.Read(TranscriptionTests.FormWith(("response_format", "srt")), intoEnglish: false);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = mutator.Mutate(Answers[mutator.Next(Answers.Length)]);
            foreach (var form in MediaForms.Images)
            {
                Reads(() =>
                {
                    var answer = new ImagesAnswer();
                    form.ReadAnswer(bytes, answer);
                    IsJson(output => answer.Write(1, answer.Usage, output));
                });
            }
            Reads(() => GeminiSpeech.Instance.ReadAnswer(bytes));
            foreach (var form in MediaForms.Transcription)
            {
                Reads(() =>
                {
                    var transcript = form.ReadAnswer(bytes);
                    IsJson(output => TranscriptWriter.Write(transcript, asked, transcript.Usage, output));
                    TranscriptWriter.Write(transcript, subtitles, transcript.Usage, new ArrayBufferWriter<byte>());
                });
            }
            foreach (var form in MediaForms.Moderation)
                Reads(() => IsJson(output => form.ReadAnswer(bytes).Write("m", output)));
        }
    }

    [Fact]
    public void DeepAndHugeJson_IsRefused()
    {
        var deep = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"candidates\":[", 5000)));
        foreach (var form in MediaForms.Images)
            Assert.Throws<ChatFormatException>(() => form.ReadAnswer(deep, new ImagesAnswer()));
        Assert.Throws<ChatFormatException>(() => SpeechRequest.Read(deep));
        Assert.Throws<ChatFormatException>(() => ModerationRequest.Read(Encoding.UTF8.GetBytes($$"""{"input":[{{string.Join(',', Enumerable.Repeat("\"a\"", 257))}}]}""")));
    }

    [Fact]
    public void FormFields_AreReadOrRefused()
    {
        var mutator = new Mutator(23);
        string[] names = ["prompt", "n", "size", "quality", "output_compression", "background", "stream", "response_format", "language", "temperature", "timestamp_granularities[]", "x\r\ny"];
        for (var round = 0; round < Rounds; round++)
        {
            var form = TranscriptionTests.FormWith();
            form.Fields.Add(new("prompt", "p"));
            for (var i = 0; i < 4; i++)
                form.Fields.Add(new(names[mutator.Next(names.Length)], Encoding.UTF8.GetString(mutator.Mutate("1024x1024 0.5 en verbose_json word"u8.ToArray()))));
            foreach (var transcription in MediaForms.Transcription)
                Reads(() => transcription.WriteRequest(TranscriptionRequest.Read(form, round % 2 == 0), new Translation { Model = "m" }));
            Reads(() => ImagesRequestReader.Read(form));
        }
    }

    private static void Writes(byte[] bytes, Func<byte[], FormBody> write) => Reads(() =>
    {
        var body = write(bytes);
        foreach (var place in body.Files)
            Assert.InRange(place.File.Start + place.File.Length, 0, bytes.Length);
        JsonDocument.Parse(MediaForms.Whole(body, bytes)).Dispose();
    });

    private static void Reads(Action read)
    {
        try
        {
            read();
        }
        catch (ChatFormatException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    private static void IsJson(Action<ArrayBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        JsonDocument.Parse(output.WrittenMemory).Dispose();
    }

    private static byte[][] Utf8(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
