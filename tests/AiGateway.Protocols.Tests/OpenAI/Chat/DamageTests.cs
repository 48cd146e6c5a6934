using System.Text;
using AiGateway.Protocols.OpenAI.Chat;
using AiGateway.Protocols.Tests.Fuzzing;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>Our own bodies, damaged in the same ways in every run.</summary>
public sealed class DamageTests
{
    private const string Request = """{"model":"m","messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"é\ud83d\ude00"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}},{"type":"file","file":{"file_id":"f"}}]},{"role":"assistant","content":null,"reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s"}],"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"t"}}}]},{"role":"tool","tool_call_id":"c","content":"1"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"},"strict":true}}],"tool_choice":{"type":"function","function":{"name":"f"}},"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}},"stop":["a"],"seed":1,"temperature":0.5,"stream":true,"stream_options":{"include_usage":true},"reasoning":{"effort":"low"}}""";

    private const string Response = """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"h"}]},{"type":"text","text":"a"}],"annotations":[{"type":"url_citation","url_citation":{"url":"u","start_index":0,"end_index":1}}],"audio":{"id":"a","data":"AAAA","transcript":"t","expires_at":1},"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},"logprobs":{"content":[{"token":"a","logprob":-1,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-2,"bytes":null}]}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1}}}""";

    private const string Stream =
        """data: {"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"a","reasoning":"h","reasoning_details":[{"type":"reasoning.text","text":"h","index":0}]},"logprobs":{"content":[{"token":"a","logprob":-1,"bytes":[97],"top_logprobs":[]}]},"finish_reason":null}]}""" + "\n\n"
        + """data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":"{\""}}]}}]}""" + "\n\n"
        + """data: {"id":"c","choices":[{"index":0,"delta":{"audio":{"id":"a","data":"AAAA"},"images":[{"type":"image_url","image_url":{"url":"u"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1}}""" + "\n\n"
        + "event: error\ndata: {\"error\":{\"message\":\"m\"}}\n\ndata: [DONE]\n\n";

    [Fact]
    public void DamagedBodies_ThrowNothingButFormatExceptions()
    {
        var mutator = new Mutator(7);
        for (var round = 0; round < 5000; round++)
        {
            var codec = round % 2 == 0 ? OpenAIChatCodec.Instance : OpenAIChatCodec.Mistral;
            Damage.Request(codec, mutator.Mutate(Encoding.UTF8.GetBytes(Request)));
            Damage.Response(codec, mutator.Mutate(Encoding.UTF8.GetBytes(Response)));
            Damage.Stream(codec, mutator.Mutate(Encoding.UTF8.GetBytes(Stream)));
        }
    }
}
