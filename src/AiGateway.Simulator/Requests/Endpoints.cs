using System.Text.Json;
using AiGateway.Simulator.Answers;

namespace AiGateway.Simulator.Requests;

/// <summary>Hands a request to the endpoint it is for, or refuses it as OpenAI does.</summary>
internal sealed class Endpoints(SimulatorOptions options)
{
    public Answer Answer(SimulatedRequest request, bool hasModel)
    {
        var method = request.Context.Request.Method;
        if (request.Route.Endpoint == Endpoint.ChatCompletions && HttpMethods.IsPost(method))
            return RefuseBody(request, hasModel) ?? ChatAnswer.Of(request);
        _ = options;
        return ErrorAnswers.NotFound($"Invalid URL ({method} {request.Context.Request.Path})");
    }

    private static Answer? RefuseBody(SimulatedRequest request, bool hasModel)
    {
        if (request.Json.ValueKind != JsonValueKind.Object)
            return ErrorAnswers.BadRequest("We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)");
        return hasModel ? null : ErrorAnswers.BadRequest("you must provide a model parameter");
    }
}
