using DotnetSubscriber;
using LockNGen.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var broker = Environment.GetEnvironmentVariable("RABBITMQ_URL") ?? "amqp://guest:guest@localhost:5672/";

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddMassTransit(bus =>
{
    bus.AddConsumer<OutcomeConsumer>();
    bus.UsingRabbitMq((context, rabbitMq) =>
    {
        rabbitMq.Host(new Uri(broker));

        // Bodies are plain JSON, not MassTransit's envelope.
        rabbitMq.UseRawJsonSerializer();

        // Your own durable queue: it keeps events that arrive while this process is down. One name per service, shared by its replicas.
        rabbitMq.ReceiveEndpoint("dotnet-subscriber", queue =>
        {
            // The exchanges are LockN Gen's and have the names of the events; bind those you want.
            queue.ConfigureConsumeTopology = false;
            queue.Bind(GenerationEventTypes.Completed);
            queue.Bind(GenerationEventTypes.Failed);
            queue.ConfigureConsumer<OutcomeConsumer>(context);
        });
    });
});
await builder.Build().RunAsync();
