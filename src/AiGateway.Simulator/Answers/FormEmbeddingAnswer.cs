using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Embeddings;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers Cohere's and Gemini's own embeddings with the vectors of <see cref="EmbeddingAnswer"/>.</summary>
internal static class FormEmbeddingAnswer
{
    public static Answer Of(SimulatedRequest request, EmbeddingsForm form)
    {
        var codec = EmbeddingsCodec.Of(form);
        EmbeddingsRequest asked;
        try
        {
            asked = codec.ReadRequest(request.Body);
        }
        catch (ChatFormatException defect)
        {
            return ErrorAnswers.BadRequest(defect.Message, defect.Path);
        }
        var answer = new EmbeddingsAnswer { Id = request.Ids.Next(""), Model = request.Model };
        var tokens = 0;
        foreach (var input in asked.Inputs)
        {
            var vector = new float[asked.Dimensions ?? EmbeddingAnswer.DefaultDimensions];
            EmbeddingAnswer.Fill(vector, input.Text ?? "", (ulong)request.Options.Seed);
            answer.Vectors.Add(vector);
            tokens += Tokens.Of(input.Text ?? "");
        }
        if (request.ReportsUsage)
            answer.Usage = new Usage { InputTokens = tokens };
        var body = PooledOutput.Rent();
        codec.WriteAnswer(answer, asked, new Translation { Model = request.Model }, body);
        return new Answer { Body = body, InputTokens = tokens };
    }
}
