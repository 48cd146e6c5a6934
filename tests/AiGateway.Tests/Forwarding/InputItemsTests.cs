using System.Text;
using AiGateway.Forwarding;

namespace AiGateway.Tests.Forwarding;

/// <summary>Whatever form an input came in, it is kept as OpenAI lists it.</summary>
public sealed class InputItemsTests
{
    [Theory]
    [InlineData("""{"model":"m"}""", "[]")]
    [InlineData("""{"input":"Hi"}""", """[{"id":"msg_x0000","type":"message","status":"completed","role":"user","content":[{"type":"input_text","text":"Hi"}]}]""")]
    [InlineData("""{"input":[{"role":"developer","content":"Hi"}]}""", """[{"id":"msg_x0000","type":"message","role":"developer","content":[{"type":"input_text","text":"Hi"}]}]""")]
    [InlineData("""{"input":[{"role":"assistant","content":"Hi"}]}""", """[{"id":"msg_x0000","type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[]}]}]""")]
    [InlineData("""{"input":[{"type":"message","id":"msg_1","role":"user","content":[{"type":"input_image","image_url":"u"}],"new":1}]}""", """[{"id":"msg_1","type":"message","role":"user","content":[{"type":"input_image","image_url":"u"}],"new":1}]""")]
    [InlineData("""{"input":[{"role":"user","content":"a"},{"type":"function_call_output","call_id":"c","output":"o"}]}""", """[{"id":"msg_x0000","type":"message","role":"user","content":[{"type":"input_text","text":"a"}]},{"id":"fco_x0001","type":"function_call_output","call_id":"c","output":"o"}]""")]
    [InlineData("""{"input":[{"id":"msg_9"}]}""", """[{"id":"msg_9","type":"item_reference"}]""")]
    public void Input_BecomesItemsWithIds(string body, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(InputItems.Of(Encoding.UTF8.GetBytes(body), "x")));
}
