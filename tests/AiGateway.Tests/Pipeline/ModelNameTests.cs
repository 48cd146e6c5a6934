using AiGateway.Pipeline;

namespace AiGateway.Tests.Pipeline;

/// <summary>Which model names are refused before any alias is looked up.</summary>
public sealed class ModelNameTests
{
    [Theory]
    [InlineData("gpt-5.2-mini")]
    [InlineData("openai/gpt-4.1")]
    [InlineData("meta-llama/Llama-3.3-70B-Instruct:free")]
    [InlineData("ft:gpt-4o:acme::abc@1")]
    [InlineData("größe-模型")]
    [InlineData("a/...b")]
    [InlineData("../x..y", false)]
    [InlineData("a/./b", false)]
    [InlineData("a\\..\\b", false)]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("a/..", false)]
    [InlineData("az..", false)]
    [InlineData("a\nb", false)]
    [InlineData("a\u0000", false)]
    [InlineData("a\u0085", false)]
    public void Name_IsAcceptedOrNot(string model, bool accepted = true)
    {
        Assert.Equal(accepted, ModelName.DefectOf(model) is null);
    }

    [Fact]
    public void Length_HasALimit()
    {
        Assert.Null(ModelName.DefectOf(new string('m', ModelName.MaxLength)));
        Assert.NotNull(ModelName.DefectOf(new string('m', ModelName.MaxLength + 1)));
    }
}
