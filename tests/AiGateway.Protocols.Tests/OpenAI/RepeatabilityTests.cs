using System.Text;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.OpenAI;

/// <summary>What a request says of whether it gets the same answer again.</summary>
public sealed class RepeatabilityTests
{
    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":0}""", true)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":0.00}""", true)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":-0e7}""", true)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":1e-9}""", false)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":"0"}""", false)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":null}""", false)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"seed":0}""", true)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"seed":null}""", false)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"metadata":{"temperature":0,"seed":1}}""", false)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x","seed":1}],"response_format":{"type":"json_schema","json_schema":{"schema":{"temperature":0}}}}""", false)]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}],"temperature":0,"temperature":1}""", false)]
    public void Chat_IsDeterministic_ByTemperatureOrSeed(string body, bool expected) => Assert.Equal(expected, Scan(Operation.ChatCompletions, body).IsDeterministic);

    [Theory]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"temperature":0}}""", true)]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generation_config":{"seed":4}}""", true)]
    [InlineData("""{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"temperature":0.5}}""", false)]
    public void Gemini_SaysItInItsOwnPlace(string body, bool expected) => Assert.Equal(expected, Scan(Operation.GenerateContent, body).IsDeterministic);

    [Theory]
    [InlineData("""{"model":"m","input":"x"}""", false, false)]
    [InlineData("""{"model":"m","input":"x","store":false}""", true, false)]
    [InlineData("""{"model":"m","input":"x","store":true}""", false, false)]
    [InlineData("""{"model":"m","input":"x","background":true}""", false, true)]
    [InlineData("""{"model":"m","input":"x","background":false,"conversation":null}""", false, false)]
    [InlineData("""{"model":"m","input":"x","conversation":"conv_1"}""", false, true)]
    public void Responses_MayBelongToAState(string body, bool refusesStore, bool isStateful)
    {
        var facts = Scan(Operation.Responses, body);

        Assert.Equal((refusesStore, isStateful), (facts.RefusesStore, facts.IsStateful));
    }

    private static RequestFacts Scan(Operation operation, string body)
    {
        Assert.Null(RequestScanner.Scan(operation, Encoding.UTF8.GetBytes(body), out var facts));
        return facts;
    }
}
